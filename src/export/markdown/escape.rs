//! Text of unknown origin inside Markdown.
//!
//! What forges do with Markdown goes beyond the language: `@name` notifies people, `#12` links an
//! issue, `fixes #12` in a pull request closes it, a bare address of an issue leaves a trace there.
//! None of that may come out of a commit message that is merely quoted. A character entity does not
//! help, for forges look at the text after it was rendered; a zero-width space behind the sign does,
//! and is what other bots use too.

use crate::model::visible;
use std::fmt::Write as _;

/// What separates a sign from what would follow it.
const BREAK: &str = "&#8203;";

/// A text as prose: it can be nothing but text, in a table too. What stands between single backticks
/// stays code.
pub(super) fn prose(text: &str) -> String {
    let text = visible(text.trim());
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired =
        parts.len() % 2 == 1 && !parts.iter().skip(1).step_by(2).any(|part| part.trim().is_empty());
    if !is_paired || parts.len() == 1 {
        return plain(&text);
    }
    let parts = parts.iter().enumerate();
    parts.map(|(n, part)| if n % 2 == 0 { plain(part) } else { code(part) }).collect()
}

/// A text as code, for names, versions, requirements and commands. Nothing is linked in code.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Several lines as a quotation, ends of lines and paragraphs kept.
pub(super) fn quotation(text: &str, indent: &str) -> String {
    let mut quoted = String::new();
    let lines: Vec<&str> = text.trim().lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let goes_on = lines.get(index + 1).is_some_and(|next| !next.trim().is_empty());
        let line = prose(line);
        let end = if goes_on && !line.is_empty() { "\\" } else { "" };
        let gap = if line.is_empty() { "" } else { " " };
        writeln!(quoted, "{indent}>{gap}{line}{end}").expect("a string takes everything");
    }
    quoted
}

/// A visible text with every sign that would act taken its power.
pub(super) fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let characters: Vec<char> = text.chars().collect();
    for (index, &c) in characters.iter().enumerate() {
        let next = characters.get(index + 1);
        let is_before_word = next.is_some_and(|next| next.is_alphanumeric() || *next == '"');
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // A backslash does not keep a dollar from beginning a formula.
            '$' => safe.push_str("&#36;"),
            '|' => safe.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            // At the start of a line these make lists and underline headings.
            '-' | '+' | '=' if index == 0 => {
                safe.push('\\');
                safe.push(c);
            }
            '.' | ')' if index > 0 && characters[..index].iter().all(char::is_ascii_digit) => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
        let links = match c {
            '@' => true,
            '#' | '!' | '$' | '%' | '~' | '&' => is_before_word,
            ':' => characters[index + 1..].starts_with(&['/', '/']),
            '-' => ends_with(&characters[..index], "gh") && is_before_word,
            '.' => ends_with(&characters[..index], "www"),
            _ => false,
        };
        if links {
            safe.push_str(BREAK);
        }
    }
    safe
}

/// Whether the text ends with this word, whatever its case.
fn ends_with(text: &[char], word: &str) -> bool {
    let Some(start) = text.len().checked_sub(word.len()) else { return false };
    text[start..].iter().zip(word.chars()).all(|(a, b)| a.eq_ignore_ascii_case(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_nothing_but_text() {
        let table = [
            ("feat(lib1)!: greet", "feat(lib1)\\!: greet"),
            ("its requirement `^0.1` on lib1", "its requirement `^0.1` on lib1"),
            ("an odd ` stays", "an odd \\` stays"),
            ("``two`` ticks", "\\`\\`two\\`\\` ticks"),
            ("a | b", "a &#124; b"),
            ("`a | b`", "`a | b`"),
            ("drop `version`", "drop `version`"),
            ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
            ("&lt;b&gt;", "&amp;&#8203;lt;b&amp;&#8203;gt;"),
            ("thanks @rust-lang/core", "thanks @&#8203;rust-lang/core"),
            ("fixes #12, GH-34", "fixes \\#&#8203;12, GH-&#8203;34"),
            ("see owner/name#5", "see owner/name\\#&#8203;5"),
            ("https://example.com/a_b", "https:&#8203;//example.com/a\\_b"),
            ("www.example.com", "www.&#8203;example.com"),
            ("[x](javascript:y)", "\\[x\\](javascript:y)"),
            ("- item", "\\- item"),
            ("12. item", "12\\. item"),
            ("$x$", "&#36;&#8203;x&#36;"),
            ("two\nlines\u{1b}[2J", "two lines\\\\u{1b}\\[2J"),
            ("crate::module 1.2.3", "crate::module 1.2.3"),
        ];
        for (text, expected) in table {
            assert_eq!(prose(text), expected, "{text}");
        }
    }

    #[test]
    fn code_holds_backticks_and_pipes() {
        for (text, expected) in
            [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a|b", "`a|b`")]
        {
            assert_eq!(code(text), expected);
        }
    }

    #[test]
    fn a_quotation_keeps_its_lines_and_paragraphs() {
        let text = "call `b`\nwith two\n\n- @you\n    # not code";
        assert_eq!(
            quotation(text, "  "),
            "  > call `b`\\\n  > with two\n  >\n  > \\- @&#8203;you\\\n  > \\# not code\n"
        );
    }
}
