//! Markdown that people wrote for people, written anew.
//!
//! What a changeset says is Markdown: emphasis, code, lists, quotations and links to the web keep their
//! meaning. It is taken apart and put together again, so that it ends where it should, no line
//! of it becomes a heading of the page, and what is left of it as text is as harmless as in
//! `escape.rs`. HTML is shown as text, a picture is a link to it, any other link is its text and target.

use super::escape::{self, code, plain};
use crate::model::visible;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd, TextMergeStream};
use std::collections::VecDeque;
use std::fmt::Write as _;

/// What is nested deeper was not written for people, and comes as plain text.
const DEEPEST: usize = 12;

type Events<'a> = VecDeque<Event<'a>>;

/// The text as a quotation, each line behind `indent`.
pub(super) fn quotation(text: &str, indent: &str) -> String {
    let Some(mut events) = events(text) else { return escape::quotation(text, indent) };
    let mut quoted = String::new();
    for line in blocks(&mut events) {
        let gap = if line.is_empty() { "" } else { " " };
        writeln!(quoted, "{indent}>{gap}{line}").expect("a string takes everything");
    }
    quoted
}

/// The text as a sentence inside strong text: no blocks, no ends of lines.
pub(super) fn sentence(text: &str) -> String {
    let mut inline = Inline { is_one_line: true, strong: 1, ..Inline::default() };
    for event in events(text).unwrap_or_default() {
        inline.add(event);
    }
    if inline.out.trim().is_empty() { escape::prose(text) } else { inline.out.trim().to_owned() }
}

/// What the text is made of; nothing when it is nested too deep.
fn events(text: &str) -> Option<Events<'_>> {
    let events: Events = TextMergeStream::new(Parser::new_ext(text, Options::empty())).collect();
    let mut depth = 0_usize;
    for event in &events {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth > DEEPEST {
            return None;
        }
    }
    Some(events)
}

/// The lines of the blocks up to the end of what holds them, which is taken as well.
fn blocks(events: &mut Events<'_>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // The text of an item without empty lines stands without a paragraph around it.
    let mut is_after_bare_text = false;
    while let Some(event) = events.pop_front() {
        let is_bare = is_inline(&event);
        let mut is_close = false;
        let block = match event {
            Event::End(_) => break,
            Event::Start(Tag::Paragraph) => paragraph(events, Inline::default()),
            Event::Start(Tag::Heading { .. }) => {
                let inside = Inline { is_one_line: true, strong: 1, ..Inline::default() };
                vec![format!("**{}**", paragraph(events, inside).join(" "))]
            }
            Event::Start(Tag::BlockQuote(_)) => {
                let quoted = blocks(events).into_iter();
                quoted.map(|line| format!("> {line}").trim_end().to_owned()).collect()
            }
            Event::Start(Tag::CodeBlock(kind)) => code_block(events, &kind),
            Event::Start(Tag::List(first)) => {
                is_close = is_after_bare_text && first.is_none_or(|first| first == 1);
                list(events, first)
            }
            Event::Start(Tag::HtmlBlock) => raw(events),
            Event::Rule => vec!["* * *".to_owned()],
            event if is_inline(&event) => {
                events.push_front(event);
                inline(events, Inline::default())
            }
            _ => blocks(events),
        };
        if block.iter().all(String::is_empty) {
            continue;
        }
        if !lines.is_empty() && !is_close {
            lines.push(String::new());
        }
        lines.extend(block);
        is_after_bare_text = is_bare;
    }
    lines
}

/// The lines of a paragraph or heading, whose end is taken as well.
fn paragraph(events: &mut Events<'_>, inside: Inline) -> Vec<String> {
    let lines = inline(events, inside);
    events.pop_front();
    lines
}

/// The lines of running text, up to the block or the end that follows.
fn inline(events: &mut Events<'_>, mut inside: Inline) -> Vec<String> {
    while let Some(event) = events.pop_front_if(|event| is_inline(event)) {
        inside.add(event);
    }
    inside.out.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => is_span(tag.to_end()),
        Event::End(tag) => is_span(*tag),
        Event::Rule => false,
        _ => true,
    }
}

fn is_span(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image)
}

fn list(events: &mut Events<'_>, first: Option<u64>) -> Vec<String> {
    let mut items: Vec<Vec<String>> = Vec::new();
    while let Some(Event::Start(_)) = events.pop_front() {
        items.push(blocks(events));
    }
    let is_loose = items.iter().flatten().any(String::is_empty);
    let mut lines = Vec::new();
    for (number, item) in (first.unwrap_or_default()..).zip(&items) {
        let mark = if first.is_some() { format!("{number}. ") } else { "- ".to_owned() };
        if is_loose && !lines.is_empty() {
            lines.push(String::new());
        }
        if item.is_empty() {
            lines.push(mark.trim_end().to_owned());
        }
        for (index, line) in item.iter().enumerate() {
            let mark = if index == 0 { mark.clone() } else { " ".repeat(mark.len()) };
            lines.push(format!("{mark}{line}").trim_end().to_owned());
        }
    }
    lines
}

/// Code between fences that are longer than any in it; nothing acts in there.
fn code_block(events: &mut Events<'_>, kind: &CodeBlockKind<'_>) -> Vec<String> {
    let mut text = String::new();
    while let Some(Event::Text(more)) = events.pop_front() {
        text.push_str(&more);
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let language: String = match kind {
        CodeBlockKind::Fenced(name) => {
            name.chars().take_while(|c| c.is_ascii_alphanumeric() || "+-_".contains(*c)).collect()
        }
        CodeBlockKind::Indented => String::new(),
    };
    let mut lines = vec![format!("{fence}{language}")];
    lines.extend(text.lines().map(visible));
    lines.push(fence);
    lines
}

/// A block of HTML as text, line by line.
fn raw(events: &mut Events<'_>) -> Vec<String> {
    let mut text = String::new();
    while let Some(Event::Html(more) | Event::Text(more)) = events.pop_front() {
        text.push_str(&more);
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(|line| plain(&visible(line))).collect();
    let last = lines.len().saturating_sub(1);
    let broken = lines.into_iter().enumerate();
    broken.map(|(n, line)| if n < last { format!("{line}\\") } else { line }).collect()
}

/// Running text.
#[derive(Debug, Default)]
struct Inline {
    out: String,
    is_one_line: bool,
    /// How many strong texts are open; strong text inside strong text is no stronger.
    strong: usize,
    /// The targets of the links that are open.
    links: Vec<String>,
}

impl Inline {
    fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) => self.out.push_str(&code(&text)),
            Event::SoftBreak | Event::HardBreak if self.is_one_line => self.out.push(' '),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("\\\n"),
            Event::Start(Tag::Emphasis) | Event::End(TagEnd::Emphasis) => self.out.push('*'),
            Event::Start(Tag::Strong) => {
                if self.strong == 0 {
                    self.out.push_str("**");
                }
                self.strong += 1;
            }
            Event::End(TagEnd::Strong) => {
                self.strong -= 1;
                if self.strong == 0 {
                    self.out.push_str("**");
                }
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                if self.links.is_empty() && is_of_the_web(&dest_url) {
                    self.out.push('[');
                }
                self.links.push(dest_url.to_string());
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.end_link(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let text = visible(text);
        // Spaces at the start of a line could make the rest of it a block.
        let is_start = self.out.is_empty() || self.out.ends_with('\n');
        self.out.push_str(&plain(if is_start { text.trim_start() } else { &text }));
    }

    fn end_link(&mut self) {
        let Some(target) = self.links.pop() else { return };
        // Links do not nest; what stands in another is only its text.
        if !self.links.is_empty() || target.is_empty() {
            return;
        }
        if is_of_the_web(&target) {
            write!(self.out, "](<{}>)", address(&target)).expect("a string takes everything");
        } else {
            write!(self.out, " ({})", code(&target)).expect("a string takes everything");
        }
    }
}

fn is_of_the_web(target: &str) -> bool {
    let target = target.to_ascii_lowercase();
    target.starts_with("https://") || target.starts_with("http://")
}

/// An address between angle brackets; whatever could end it there is encoded.
fn address(target: &str) -> String {
    let mut address = String::new();
    for byte in target.bytes() {
        match byte {
            b'&' => address.push_str("&amp;"),
            b if b.is_ascii_alphanumeric() || b"-._~:/?#@!$'()*+,;=%".contains(&b) => {
                address.push(char::from(b));
            }
            b => write!(address, "%{b:02X}").expect("a string takes everything"),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_markdown_means_stays_and_what_could_act_does_not() {
        let table = [
            ("A **new** and *fine* `a|b`", "> A **new** and *fine* `a|b`\n"),
            ("one\ntwo  \nthree", "> one\n> two\\\n> three\n"),
            ("- one\n- two\n  1. three", "> - one\n> - two\n>   1. three\n"),
            ("* one\n\n* two", "> - one\n> - two\n"),
            ("## Title **x**\ntext", "> **Title x**\n>\n> text\n"),
            ("Title\n=====", "> **Title**\n"),
            ("a\n\n> b", "> a\n>\n> > b\n"),
            ("```rust,ignore\nlet a = \"@b\";\n```", "> ```rust\n> let a = \"@b\";\n> ```\n"),
            ("````\n```\n````", "> ````\n> ```\n> ````\n"),
            ("```\nleft open", "> ```\n> left open\n> ```\n"),
            ("[a @b](https://x.org/(a)_b)", "> [a @&#8203;b](<https://x.org/(a)_b>)\n"),
            (
                "<https://x.org/?a&b>",
                "> [https:&#8203;//x.org/?a&amp;&#8203;b](<https://x.org/?a&amp;b>)\n",
            ),
            ("[a](javascript:b)", "> a (`javascript:b`)\n"),
            ("![a](https://x.org/a.png)", "> [a](<https://x.org/a.png>)\n"),
            ("[![a](https://x/a)](https://y)", "> [a](<https://y>)\n"),
            (
                "[a](<https://x.org/>) <b>@c</b>",
                "> [a](<https://x.org/>) &lt;b&gt;@&#8203;c&lt;/b&gt;\n",
            ),
            ("<details>\n<summary>", "> &lt;details&gt;\\\n> &lt;summary&gt;\n"),
            ("1\\. a\n&#32;&#45; b\n\\# c", "> 1\\. a\n> \\- b\n> \\# c\n"),
            ("a&#10;# b", "> a \\# b\n"),
            ("fixes #1, ~~x~~ | y", "> fixes \\#&#8203;1, \\~\\~&#8203;x\\~\\~ &#124; y\n"),
            ("---", "> * * *\n"),
        ];
        for (text, expected) in table {
            assert_eq!(quotation(text, ""), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_is_one_line_inside_strong_text() {
        let table = [
            ("A **new** *chapter*", "A new *chapter*"),
            ("- an item", "an item"),
            ("see [it](https://x.org)", "see [it](<https://x.org>)"),
            ("one  \ntwo", "one two"),
            ("[a]: https://x.org", "\\[a\\]: https:&#8203;//x.org"),
        ];
        for (text, expected) in table {
            assert_eq!(sentence(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_plain_text() {
        let text = format!("{}x", "> ".repeat(500));
        assert_eq!(quotation(&text, ""), escape::quotation(&text, ""));
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_in_no_line_leaves_the_quotation(
            text in "([-#>*_`~=|@<!&;\\[\\]()\\\\. 1a\n\t]|https://|&#10;|<b>|\u{1b}){0,40}",
        ) {
            let quoted = quotation(&text, "");
            proptest::prop_assert!(quoted.lines().all(|line| line.starts_with('>')), "{quoted:?}");
            proptest::prop_assert!(!quoted.contains('\u{1b}'), "{quoted:?}");
            let inside = quoted.lines().map(|line| line.get(2..).unwrap_or_default());
            let inside = inside.collect::<Vec<_>>().join("\n");
            let acts = Parser::new_ext(&inside, Options::ENABLE_TABLES).find(|event| {
                matches!(event, Event::Html(_) | Event::InlineHtml(_)
                    | Event::Start(Tag::Heading { .. } | Tag::Table(_) | Tag::Image { .. } | Tag::HtmlBlock))
            });
            proptest::prop_assert!(acts.is_none(), "{acts:?}\n{quoted:?}");
        }
    }
}
