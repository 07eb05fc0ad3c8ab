//! How definitions write ranges of statuses (`2xx`, `200-399`) and waits (`30s`, `5m`, `2h`). Their contract has checked the form.

use crate::text::cut;

/// The first and the last status of a range.
pub fn success(text: &str) -> (u16, u16) {
    if let Some((first, last)) = cut(text, '-') {
        return (first.parse().unwrap_or(200), last.parse().unwrap_or(299));
    }
    let class = text.bytes().next().map_or(2, |digit| u16::from(digit.saturating_sub(b'0')));
    (class * 100, class * 100 + 99)
}

/// A wait in seconds; nothing where there are more than can be counted.
pub fn seconds(wait: &str) -> Option<u32> {
    let (number, unit) = wait.split_at_checked(wait.len().checked_sub(1)?)?;
    let factor = match unit {
        "m" => 60,
        "h" => 3600,
        _ => 1,
    };
    number.parse::<u32>().ok()?.checked_mul(factor)
}
