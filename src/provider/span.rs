//! How definitions write ranges of statuses (`2xx`, `200-399`) and waits (`30s`, `5m`, `2h`). Their contract has checked the form.

use crate::text::split_once;

/// The first and the last status of a range.
pub fn success(text: &str) -> (u16, u16) {
    if let Some((first, last)) = split_once(text, '-') {
        return (status(first).unwrap_or(200), status(last).unwrap_or(299));
    }
    let class = text.bytes().next().map_or(2, |digit| u16::from(digit.saturating_sub(b'0')));
    (class * 100, class * 100 + 99)
}

fn status(text: &str) -> Option<u16> {
    number(text)?.try_into().ok()
}

#[inline(never)]
fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}

/// A wait in seconds; nothing where there are more than can be counted.
pub fn seconds(wait: &str) -> Option<u32> {
    let (count, unit) = wait.split_at_checked(wait.len().checked_sub(1)?)?;
    let factor = match unit {
        "m" => 60,
        "h" => 3600,
        _ => 1,
    };
    number(count)?.checked_mul(factor)
}
