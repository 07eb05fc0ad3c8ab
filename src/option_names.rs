//! The names of options in messages: as the language of the caller writes them.

#[cfg(feature = "js")]
macro_rules! option {
    (allow_unsigned) => {
        "unsigned: \"allow\""
    };
    (explain_only) => {
        "explainOnly"
    };
    (max_bytes) => {
        "maxBytes"
    };
    (max_combinations) => {
        "maxCombinations"
    };
}

#[cfg(not(feature = "js"))]
macro_rules! option {
    (allow_unsigned) => {
        "allow_unsigned: true"
    };
    (explain_only) => {
        "explain_only"
    };
    (max_bytes) => {
        "max_bytes"
    };
    (max_combinations) => {
        "max_combinations"
    };
}
