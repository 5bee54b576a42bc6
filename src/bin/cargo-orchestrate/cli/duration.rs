//! Lengths of time as they are typed.

use std::time::Duration;

/// Reads `90s`, `10m`, `2h`, `1h30m`, or `0`.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let wrong = || format!("`{text}` is no length of time; write it as `90s`, `10m` or `1h30m`");
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit = rest[digits..].chars().next().expect("there is a character that is no digit");
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    if text.is_empty() { Err(wrong()) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_length_of_time_names_its_unit() {
        for (text, seconds) in [("0", 0), ("90s", 90), ("10m", 600), ("1h30m", 5400), ("0s", 0)] {
            assert_eq!(parse(text).map(|d| d.as_secs()), Ok(seconds), "{text}");
        }
        for wrong in ["", "10", "m", "10x", "-1s", "1.5h", "99999999999999999999s", "1mm"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
