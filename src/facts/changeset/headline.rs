//! The text of a changeset, divided for people.

/// The sentence that a text begins with, on one line and without the marks of a heading, and what
/// follows it.
///
/// A sentence goes on over lines until an empty one, or one that begins something else: a list, a
/// quotation, a table or code.
#[must_use]
pub fn headline(text: &str) -> (String, &str) {
    let text = text.trim();
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let mut headline = first.trim_start_matches('#').trim().to_owned();
    let mut end = first.len();
    if !first.starts_with('#') && !begins_block(first) {
        for line in lines.take_while(|line| !line.trim().is_empty() && !begins_block(line)) {
            headline.push(' ');
            headline.push_str(line.trim());
            end += line.len();
        }
    }
    (headline, text[end..].trim_matches('\n'))
}

fn begins_block(line: &str) -> bool {
    let line = line.trim_start();
    let after_digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = after_digits.len() < line.len() && after_digits.starts_with(['.', ')']);
    let marks = ["- ", "* ", "+ ", ">", "#", "|", "```", "~~~"];
    is_numbered || marks.iter().any(|mark| line.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::headline;

    #[test]
    fn a_sentence_is_kept_whole_and_what_follows_keeps_its_lines() {
        let table = [
            ("", "", ""),
            ("Cursors stream.", "Cursors stream.", ""),
            (
                "Cursors can be\n  streamed.\n\nSee\nhere.\n",
                "Cursors can be streamed.",
                "See\nhere.",
            ),
            ("## Streams\nand more", "Streams", "and more"),
            ("Streams:\n- one\n- two", "Streams:", "- one\n- two"),
            ("- one\n- two", "- one", "- two"),
            ("Call it:\n```rust\nopen()\n```", "Call it:", "```rust\nopen()\n```"),
            ("Two\n1. a", "Two", "1. a"),
            ("In\n2024 and later", "In 2024 and later", ""),
        ];
        for (text, first, rest) in table {
            assert_eq!(headline(text), (first.to_owned(), rest), "{text}");
        }
    }
}
