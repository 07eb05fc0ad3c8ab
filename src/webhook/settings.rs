//! The settings of a webhook: values that a program passes next to the secrets, such as a verify token.

use std::fmt;

use zeroize::Zeroizing;

use super::Error;
use crate::issue::Code;
use crate::json::quoted;
use crate::provider::Setting;
use crate::schema::closest;

/// The settings of a webhook. SECURITY: never printed, zeroized when dropped.
#[derive(Default)]
pub(super) struct Settings(Vec<(String, Zeroizing<String>)>);

impl Settings {
    /// Checks settings against those of the provider. An empty value counts as absent: SECURITY: a variable of the environment
    /// that is not set would equal an empty text of a request.
    pub fn new(
        known: &[Setting],
        values: &[(String, Zeroizing<String>)],
        has_required: bool,
    ) -> Result<Self, Error> {
        let names: Vec<&str> = known.iter().map(|setting| setting.name.as_str()).collect();
        for (name, _) in values {
            if !names.contains(&name.as_str()) {
                let expected = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let message = format!("Unknown setting {}: the provider has {expected}.", quoted(name));
                let like = closest(name, &names).map(|name| format!("Did you mean {}?", quoted(name)));
                return Err(Error::new(Code::OPTION_INVALID, message).hint(like.as_deref()));
            }
        }
        let settings = Self(values.iter().filter(|(_, value)| !value.is_empty()).cloned().collect());
        let is_missing = |setting: &&Setting| setting.is_required && settings.get(&setting.name).is_none();
        match known.iter().find(is_missing).filter(|_| has_required) {
            Some(setting) => Err(missing(setting)),
            None => Ok(settings),
        }
    }

    /// The value of a setting.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The error of a setting that is absent.
#[cold]
pub(super) fn missing(setting: &Setting) -> Error {
    let Setting { name, description, .. } = setting;
    let message = format!("Missing setting `{name}` ({description}).");
    Error::new(Code::SETTING_MISSING, message)
        .hint(Some(&format!("Pass `settings: {{ {name}: \"...\" }}` to the webhook.")))
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
