//! A target: text that wants power over the terminal or the CI.

use super::text::{first_line, plain, plain_lines, wrap};

/// Nothing that acts leaves, however the text is laid out.
pub(crate) fn sanitize_terminal(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = vec![plain(&text), first_line(&text)];
    lines.extend(plain_lines(&text));
    for width in [1, 7, 40] {
        lines.extend(wrap(&plain(&text), width));
    }
    for line in lines {
        assert!(!line.chars().any(acts), "{line:?}");
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line:?}");
    }
}

/// Controls, bidirectional controls and what has no width.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}')
}
