//! Text inside XML.

use crate::model::visible;

/// A text as character data or inside a quoted attribute. Control characters, which XML cannot hold
/// even escaped, become escapes that can be seen.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No character at all, and thereby none of XML's.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// How many columns a text takes in a font whose characters are equally wide; those of East Asia
/// take two.
pub(super) fn columns_of(text: &str) -> f64 {
    text.chars()
        .map(|c| if u32::from(c) >= 0x1100 && c != '→' && c != '…' { 2.0 } else { 1.0 })
        .sum()
}
