//! The text that JavaScript writes for a number, which shows whether JavaScript keeps the number's digits.
//!
//! In the npm package, JavaScript itself writes the text: the bridge passes its conversion. The standard library's
//! conversion would add 20 KB to the WebAssembly module after compression.

#[cfg(not(all(target_arch = "wasm32", feature = "js")))]
pub(super) use native::js_text;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(super) use platform::js_text;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(crate) use platform::set_js_text;

#[cfg(all(target_arch = "wasm32", feature = "js"))]
mod platform {
    use std::sync::OnceLock;

    static JS_TEXT: OnceLock<fn(&str) -> String> = OnceLock::new();

    /// Sets the conversion of a number's text to a double and back. The first call wins.
    pub(crate) fn set_js_text(convert: fn(&str) -> String) {
        let _ = JS_TEXT.set(convert);
    }

    /// Without a conversion the text is empty, which equals no number: every such number is reported.
    pub(in crate::json) fn js_text(number: &str) -> String {
        JS_TEXT.get().map_or_else(String::new, |convert| convert(number))
    }
}

#[cfg(not(all(target_arch = "wasm32", feature = "js")))]
mod native {
    /// The digits of ECMA-262, `Number::toString`; the notation may differ.
    ///
    /// Of two shortest texts that are equally near to the double, JavaScript writes the even one and `{:e}` the larger
    /// one. With a number of digits, `{:e}` writes the even one, too.
    pub(in crate::json) fn js_text(number: &str) -> String {
        let double: f64 = number.parse().unwrap_or(f64::NAN);
        let shortest = format!("{double:e}");
        let digits = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
        let even = format!("{double:.*e}", digits.saturating_sub(1));
        if even.parse() == Ok(double) { even } else { shortest }
    }
}
