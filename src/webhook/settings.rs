//! The settings of a webhook: values that a program passes next to the secrets, such as a verify token.

use std::fmt;

use super::{Error, SecretText};
use crate::issue::Code;
use crate::json::quoted;
use crate::provider::{Provider, Setting};
use crate::signature::Keys;

/// The settings of a webhook. SECURITY: never printed, zeroized when dropped.
#[derive(Default)]
pub(super) struct Settings(Vec<(String, SecretText)>);

impl Settings {
    /// Checks settings against those of the provider. An empty value counts as absent. SECURITY: a variable of the environment
    /// that is not set would equal an empty text of a request.
    #[cold]
    #[inline(never)]
    pub fn new(known: &[Setting], values: Vec<(String, SecretText)>) -> Result<Self, Error> {
        for (name, _) in &values {
            if known.iter().any(|setting| setting.name == *name) {
                continue;
            }
            let mut message = ["Unknown setting ", &quoted(name)].concat();
            for (index, setting) in known.iter().enumerate() {
                message.push_str(if index == 0 { ". The provider has: " } else { ", " });
                message.push_str(&setting.name);
            }
            message.push('.');
            return Err(Error::new(Code::OPTION_INVALID, message));
        }
        Ok(Self(values))
    }

    /// Puts settings in signed contents and in the claims of tokens. One that an active scheme needs has to be there, except
    /// for a webhook that only explains. With `is_optional`, for a webhook that allows unsigned deliveries and has no secret,
    /// the scheme is not active without it, as a scheme without a secret.
    pub fn set_in_schemes(
        &self,
        provider: &mut Provider,
        keys: &mut [Option<Keys>],
        explain_only: bool,
        is_optional: bool,
    ) -> Result<(), Error> {
        for (named, keys) in provider.schemes.iter_mut().zip(keys) {
            let scheme = &mut named.scheme;
            let absent = scheme
                .settings()
                .into_iter()
                .find(|name| !explain_only && keys.is_some() && self.get(name).is_none());
            if let Some(absent) = absent
                && let Some(setting) = provider.settings.iter().find(|setting| setting.name == absent)
            {
                if !is_optional {
                    return Err(missing(setting));
                }
                *keys = None;
            }
            scheme.set_settings(&|name| self.get(name).map(str::to_owned));
        }
        Ok(())
    }

    /// The value of a setting.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
        value.filter(|value| !value.is_empty())
    }
}

/// The error of a setting that is absent.
#[cold]
pub(super) fn missing(setting: &Setting) -> Error {
    let Setting { name, description, .. } = setting;
    let message = ["Missing setting `", name, "` (", description, ")."].concat();
    let hint = ["Pass `settings: { ", name, ": \"...\" }` to the webhook."].concat();
    Error::new(Code::SETTING_MISSING, message).with_hint(Some(&hint))
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
