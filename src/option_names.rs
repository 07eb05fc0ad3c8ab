//! The names of options, as JavaScript, the command and Rust write them. Messages have the name in the language of the caller;
//! `docs/codes.md` has all.

/// The names of one option, or of a function or feature in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionNames {
    /// The placeholder in the texts of codes and causes, without braces.
    pub placeholder: &'static str,
    /// As JavaScript writes it.
    pub javascript: &'static str,
    /// As the command writes it; `None` where it has no such option, since it needs none.
    pub command: Option<&'static str>,
    /// As Rust writes it.
    pub rust: &'static str,
}

/// Declares `option!`, which has the name in the language of the caller, and the list of all.
macro_rules! option_names {
    ($($placeholder:ident: $javascript:literal, $command:expr, $rust:literal;)*) => {
        #[cfg(feature = "js")]
        macro_rules! option {
            $(($placeholder) => { $javascript };)*
        }

        #[cfg(not(feature = "js"))]
        macro_rules! option {
            $(($placeholder) => { $rust };)*
        }

        /// The options that texts of codes and causes name.
        pub const OPTION_NAMES: &[OptionNames] = &[$(OptionNames {
            placeholder: stringify!($placeholder),
            javascript: $javascript,
            command: $command,
            rust: $rust,
        }),*];
    };
}

option_names! {
    algorithms: "algorithms", None, "algorithms";
    allow_unsigned: "unsigned: \"allow\"", Some("--unsigned"), "allow_unsigned: true";
    body: "delivery.body", None, "Verified::body";
    ed25519: "import \"hookseal/ed25519\"", None, "features = [\"ed25519\"]";
    explain: "explain", Some("hookseal explain"), "Webhook::explain";
    explain_only: "explainOnly", None, "explain_only";
    full: "import \"hookseal/full\"", None, "features = [\"full\"]";
    keys: "keys", Some("--keys-file"), "Delivery::with_keys";
    max_bytes: "maxBytes", Some("--max-bytes"), "max_bytes";
    max_combinations: "maxCombinations", None, "max_combinations";
    method: "method", None, "Delivery::with_method";
    now: "now", Some("--now"), "now";
    on_secret: "onSecret", None, "Webhook::handshake";
    private_key: "privateKey", Some("--private-key-file"), "SignParams::signer";
    public_key: "import \"hookseal/public-key\"", None, "features = [\"public-key\"]";
    secrets: "secrets", Some("--secret-env"), "secrets";
    settings: "settings", Some("--setting-env"), "settings";
    url: "url", Some("--url"), "Delivery::with_url";
}
