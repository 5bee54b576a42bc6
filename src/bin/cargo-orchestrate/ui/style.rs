//! Colour, which only repeats what the words say.

use super::text::wrap;
use crate::cli::Colour;
use console::{Style, StyledObject};
use std::io::IsTerminal;

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Coloured,
}

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// The verb of a status line that went well.
    Verb,
    /// The verb of a status line that waits or goes back.
    Caution,
    Error,
    Warning,
    Note,
    /// Names and what one types.
    Strong,
    /// What can be skipped when reading.
    Faint,
}

impl Paint {
    /// Decides for one stream: the flag first, then `NO_COLOR`, `CLICOLOR_FORCE` and `CLICOLOR`, then
    /// whether it is a terminal that can.
    pub(crate) fn decide(flag: Colour, stream: &impl IsTerminal) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let is_terminal =
            || stream.is_terminal() && set("TERM").is_none_or(|terminal| terminal != "dumb");
        let coloured = match flag {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if set("NO_COLOR").is_some() => false,
            Colour::Auto if set("CLICOLOR_FORCE").is_some_and(|force| force != "0") => true,
            Colour::Auto if set("CLICOLOR").is_some_and(|allow| allow == "0") => false,
            Colour::Auto => is_terminal(),
        };
        if coloured { Self::Coloured } else { Self::Plain }
    }

    /// The text in the colour of its tone.
    pub(crate) fn tone<T>(self, tone: Tone, text: T) -> StyledObject<T> {
        let style = Style::new();
        let style = match tone {
            Tone::Verb => style.green().bright().bold(),
            Tone::Caution | Tone::Warning => style.yellow().bold(),
            Tone::Error => style.red().bright().bold(),
            Tone::Note => style.cyan().bright().bold(),
            Tone::Strong => style.bold(),
            Tone::Faint => style.dim(),
        };
        style.force_styling(self == Self::Coloured).apply_to(text)
    }

    /// A warning; `text` is harmless already. Its further lines stand under its text.
    #[must_use]
    pub(crate) fn warning(self, text: &str, width: usize) -> String {
        let label = "warning: ";
        let lines = wrap(text, width.saturating_sub(label.len())).join("\n         ");
        format!("{}: {lines}", self.tone(Tone::Warning, "warning"))
    }

    /// A status line in Cargo's shape: the verb right-aligned in 12 columns, then the object.
    #[must_use]
    pub(crate) fn status(self, tone: Tone, verb: &str, object: &str) -> String {
        format!("{} {object}", self.tone(tone, format_args!("{verb:>12}")))
    }
}
