//! What a text says, without the marks of Markdown.

use pulldown_cmark::{Event, Parser};
use std::fmt::Write as _;

/// The words of a line of Markdown for where nothing renders it, as a terminal: code keeps its
/// backticks, everything else its text alone. A line that would vanish, as the definition of
/// a link, stays as it is.
#[must_use]
pub fn without_marks(line: &str) -> String {
    let mut words = String::new();
    for event in Parser::new(line) {
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(&text);
            }
            Event::Code(text) => write!(words, "`{text}`").expect("a string takes everything"),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    let words = words.trim();
    if words.is_empty() { line.to_owned() } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_marks_go() {
        let table = [
            ("A **new** *chapter* about `pipes`", "A new chapter about `pipes`"),
            ("see [it](https://x.org)", "see it"),
            ("Vec<T> of snake_case, 2 * 3", "Vec<T> of snake_case, 2 * 3"),
            ("feat!: |x| <b>1</b> # & \"", "feat!: |x| <b>1</b> # & \""),
            ("[a]: https://x.org", "[a]: https://x.org"),
            ("", ""),
        ];
        for (line, expected) in table {
            assert_eq!(without_marks(line), expected, "{line}");
        }
    }
}
