//! When a server says to come back.

use cargo_orchestrate::model::Timestamp;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// No server is taken at its word further ahead than this.
const FURTHEST: Duration = Duration::from_hours(14 * 24);

/// The earliest time for another try, from the headers of an answer or else from its text.
///
/// `Retry-After` may be seconds or a date. A date is measured against the server's own `Date`, so
/// that a wrong clock on this machine does not matter.
pub(super) fn retry_at(headers: &[String], text: &str, now: Timestamp) -> Option<Timestamp> {
    let said = header(headers, "retry-after").and_then(parse).or_else(|| in_text(text))?;
    let wait = match said {
        Said::Wait(wait) => wait,
        Said::At(date) => {
            let servers_now = header(headers, "date")
                .and_then(|date| httpdate::parse_http_date(date).ok())
                .unwrap_or(UNIX_EPOCH + Duration::from_millis(now.0));
            // Dates are cut to whole seconds, so what is refused in the very second that it names
            // is taken in the next, as is what names one that is past.
            date.duration_since(servers_now).unwrap_or_default().max(Duration::from_secs(1))
        }
    };
    Some(now.after(wait.min(FURTHEST)))
}

enum Said {
    Wait(Duration),
    At(SystemTime),
}

fn parse(value: &str) -> Option<Said> {
    if let Ok(seconds) = value.parse() {
        return Some(Said::Wait(Duration::from_secs(seconds)));
    }
    httpdate::parse_http_date(value).ok().map(Said::At)
}

/// crates.io also writes the date into its text: `Please try again after <date> or email ..`.
fn in_text(text: &str) -> Option<Said> {
    const LENGTH: usize = "Sun, 06 Nov 1994 08:49:37 GMT".len();
    let (_, rest) = text.split_once("try again after ")?;
    parse(rest.get(..LENGTH)?)
}

/// The value of a header among lines of `name: value`.
pub(super) fn header<'a>(headers: &'a [String], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_come_back_is_measured_by_the_servers_clock() {
        let date = "date: Wed, 21 Oct 2026 07:00:00 GMT";
        let table: [(&[&str], &str, Option<u64>); 9] = [
            (&["retry-after: 30"], "", Some(30)),
            (&["Retry-After: Wed, 21 Oct 2026 07:10:00 GMT", date], "", Some(600)),
            (&["retry-after: Wed, 21 Oct 2026 06:00:00 GMT", date], "", Some(1)),
            (&["retry-after: soon", date], "", None),
            (&["retry-after: 99999999999"], "", Some(14 * 86_400)),
            (&[date], "Please try again after Wed, 21 Oct 2026 07:01:00 GMT or email", Some(60)),
            (&[date], "please try again after lunch", None),
            (&["retry-after: -1"], "", None),
            (&[], "", None),
        ];
        let now = Timestamp(1_000_000);
        for (headers, text, expected) in table {
            let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
            let expected = expected.map(|seconds| now.after(Duration::from_secs(seconds)));
            assert_eq!(retry_at(&headers, text, now), expected, "{headers:?} {text}");
        }
    }
}
