//! Text of unknown origin, made harmless, and text cut and wrapped to a width.

use cargo_orchestrate::model::is_unseen;
use console::measure_text_width;
use std::fmt::Write as _;

/// The most columns of running text; tables may be wider.
pub(crate) const PROSE: usize = 100;

/// The most characters of one untrusted text that are shown.
const CAP: usize = 400;

/// A text from a workspace, a registry or a program, on one line and without power over the
/// terminal.
///
/// Control characters (C0, DEL, C1), bidirectional controls, zero-width and other invisible
/// characters become visible escapes such as `\u{1b}`; a long text is cut. What a CI runner would
/// take for a command (`::set-output …` at the start of a line, `##[…]` anywhere) is broken up.
#[must_use]
pub(crate) fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut cut = false;
    for (index, c) in text.trim().chars().enumerate() {
        if index == CAP {
            cut = true;
            break;
        }
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push(' '),
            c if is_unseen(c) => {
                write!(safe, "\\u{{{:x}}}", u32::from(c)).expect("a string takes everything");
            }
            c => safe.push(c),
        }
    }
    if safe.starts_with("::") {
        safe.replace_range(0..1, "\\u{3a}");
    }
    if safe.contains("##[") {
        safe = safe.replace("##[", "##\\u{5b}");
    }
    if cut {
        safe.push('…');
    }
    safe
}

/// Several lines of text of unknown origin: each as [`plain`] would have it, ends of lines kept.
#[must_use]
pub(crate) fn plain_lines(text: &str) -> Vec<String> {
    text.trim_end()
        .lines()
        .map(|line| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            format!("{}{}", " ".repeat(indent.min(40)), plain(line))
        })
        .collect()
}

/// A line of JSON that means the same and has no power over terminals and CI runners either: what
/// [`plain`] would show as an escape is one of JSON's here. All of it can only stand in strings.
#[must_use]
pub(crate) fn plain_json(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    for c in line.chars() {
        if is_unseen(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(safe, "\\u{unit:04x}").expect("a string takes everything");
            }
        } else {
            safe.push(c);
        }
    }
    safe.replace("##[", "#\\u0023[")
}

/// The first line of a text of unknown origin, as [`plain`] would have it.
#[must_use]
pub(crate) fn first_line(text: &str) -> String {
    plain(text.trim_start().lines().next().unwrap_or_default())
}

/// The columns that a text takes on a terminal.
#[must_use]
pub(crate) fn columns(text: &str) -> usize {
    measure_text_width(text)
}

/// The text, at most `width` columns wide; what does not fit is replaced by `…`.
#[must_use]
pub(crate) fn cut(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}

/// The text, at most `width` columns wide; what is left out is taken from before a remark in
/// brackets at its end, as `(81c33ff) and 3 more commits`, while the rest can still be read.
#[must_use]
pub(crate) fn cut_before_remark(text: &str, width: usize) -> String {
    let remark = text.rfind(" (").map(|at| &text[at..]).filter(|remark| remark.contains(')'));
    match remark.map(|remark| (remark, width.saturating_sub(columns(remark)))) {
        Some((remark, room)) if room >= 16 && columns(text) > width => {
            let head = cut(&text[..text.len() - remark.len()], room);
            // Half a bracket says nothing: `routing (#38…` is the number of a pull request.
            let open = head.rfind(" (").filter(|&at| at > 0 && !head[at..].contains(')'));
            let head = open.map_or_else(|| head.clone(), |at| format!("{}…", &head[..at]));
            format!("{}{remark}", head.replace(" …", "…"))
        }
        _ => cut(text, width),
    }
}

/// The text broken at spaces into lines of at most `width` columns; a longer word stands alone and
/// is not broken, so that paths and commands can be copied. At least one line.
#[must_use]
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last_mut().expect("there is at least one line");
        let used = measure_text_width(line);
        if used == 0 {
            line.push_str(word);
        } else if used + 1 + measure_text_width(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            // What [`plain`] left alone inside a line must not come to its start now.
            lines.push(match word.strip_prefix("::") {
                Some(rest) => format!("\\u{{3a}}:{rest}"),
                None => word.to_owned(),
            });
        }
    }
    lines
}

/// `1 package`, `4 packages`, `2 dependencies`.
#[must_use]
pub(crate) fn count(number: usize, noun: &str) -> String {
    match noun.strip_suffix("cy") {
        _ if number == 1 => format!("{number} {noun}"),
        Some(stem) => format!("{number} {stem}cies"),
        None => format!("{number} {noun}s"),
    }
}

/// `312 KiB`, `1.2 MiB`.
#[must_use]
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => {
            let tenths = bytes / (1_048_576 / 10);
            format!("{}.{} MiB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_act_on_the_terminal_or_the_ci() {
        for (text, shown) in [
            ("fix: \u{1b}[2Jgone", "fix: \\u{1b}[2Jgone"),
            ("a\u{202e}b\u{200b}c\u{feff}", "a\\u{202e}b\\u{200b}c\\u{feff}"),
            ("\u{9b}31m red\u{7f}", "\\u{9b}31m red\\u{7f}"),
            ("two\r\nlines", "two\\r\\nlines"),
            ("::add-mask::x", "\\u{3a}:add-mask::x"),
            ("  \t ::error::x", "\\u{3a}:error::x"),
            ("x ##[set-env name=y]z", "x ##\\u{5b}set-env name=y]z"),
            ("crate::module stays", "crate::module stays"),
            ("größer, 日本", "größer, 日本"),
        ] {
            assert_eq!(plain(text), shown);
        }
        assert_eq!(plain(&"x".repeat(5000)).chars().count(), CAP + 1);
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_in_only_harmless_text_comes_out(
            text in "(::|##|\\[|[\u{0}-\u{ff}]|[\u{2000}-\u{2070}]|\\PC){0,40}",
        ) {
            let shown = plain(&text);
            assert!(!shown.chars().any(is_unseen), "{shown:?}");
            assert!(!shown.trim_start().starts_with("::"), "{shown:?}");
            assert!(!shown.contains("##["), "{shown:?}");
        }
    }

    #[test]
    fn a_line_of_json_means_the_same_and_cannot_act_either() {
        let text = "\u{9b}31m\u{7f}\u{202e}\u{e0001} größer ##[error]x \"\\\u{1b}";
        let line = serde_json::json!({ "text": text }).to_string();
        let shown = plain_json(&line);
        assert!(!shown.chars().any(is_unseen) && !shown.contains("##["), "{shown}");
        let read: serde_json::Value = serde_json::from_str(&shown).expect("it still is JSON");
        assert_eq!(read["text"], text);
        assert_eq!(plain_json("{\"a\":1}"), "{\"a\":1}");
    }

    #[test]
    fn a_remark_at_the_end_outlives_what_it_is_about() {
        let table = [
            (
                "docs: say what it is for (81c33ff) and 3 more commits",
                "docs: say what… (81c33ff) and 3 more commits",
            ),
            ("fix: (81c33ff)", "fix: (81c33ff)"),
            (
                "feat: route by method (#3801), and more (81c33ff)",
                "feat: route by method (#3801), and… (81c33ff)",
            ),
            (
                "feat: route all the methods (#3801) (81c33ff), too",
                "feat: route all the methods… (81c33ff), too",
            ),
            (
                "docs: say what it is for, and whom it serves, too",
                "docs: say what it is for, and whom it serves…",
            ),
            (
                "a (remark that is so long that nothing else has room) and more",
                "a (remark that is so long that nothing else …",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(cut_before_remark(text, 45), expected);
        }
    }

    #[test]
    fn wrapping_keeps_words_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a/very/long/path b", 5), ["a/very/long/path", "b"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("say ::error::x", 5), ["say", "\\u{3a}:error::x"]);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(900), "900 B");
        assert_eq!(size(319_000), "312 KiB");
        assert_eq!(size(1_300_000), "1.2 MiB");
    }
}
