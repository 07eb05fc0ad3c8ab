//! JSON Schema compiled to a plan that judges documents.
