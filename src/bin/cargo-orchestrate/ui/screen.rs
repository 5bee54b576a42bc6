//! Where everything is written: the answer to stdout, everything else to stderr.

use super::style::{Paint, Tone};
use super::text::{PROSE, plain_json};
use crate::cli::{Global, MessageFormat, Verbosity};
use crate::failure::Failure;
use crate::redact;
use cargo_orchestrate::wire::ExitCode;
use std::io::{self, IsTerminal, Write};

/// The widest row that is written, however wide the terminal is.
const WIDEST: usize = 160;
/// The narrowest width that views are laid out for.
const NARROWEST: usize = 60;

/// The terminal, or what stands in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub format: MessageFormat,
    pub verbosity: Verbosity,
    /// For stdout.
    pub out: Paint,
    /// For stderr.
    pub err: Paint,
    /// Columns that running text may take.
    pub width: usize,
    /// Columns that the row of a table may take.
    pub columns: usize,
}

impl Screen {
    /// The screen as the flags and the environment have it.
    #[must_use]
    pub(crate) fn new(global: &Global) -> Self {
        // Views colour themselves; indicatif asks the package it shares with them.
        let columns = columns();
        let err = Paint::decide(global.colour, &io::stderr());
        console::set_colors_enabled_stderr(err == Paint::Coloured);
        Self {
            format: global.format,
            verbosity: global.verbosity,
            out: Paint::decide(global.colour, &io::stdout()),
            err,
            width: columns.min(PROSE),
            columns,
        }
    }

    /// Writes a text to stdout as it is.
    ///
    /// # Errors
    /// Exit code 110 when stdout does not take it, a closed pipe included.
    #[expect(clippy::unused_self, reason = "whoever writes has a screen")]
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(redact::hidden(text).as_bytes()).and_then(|()| out.flush()).map_err(|error| {
            Failure::new(ExitCode::OutputNotWritten, "could not write the answer to stdout")
                .because(error)
        })
    }

    /// Writes one line of JSON to stdout.
    ///
    /// # Errors
    /// As [`Screen::print`].
    pub(crate) fn line(&self, line: &str) -> Result<(), Failure> {
        self.print(&format!("{}\n", plain_json(line)))
    }

    /// Shows a status line: what is being done or was done, to what.
    pub(crate) fn status(&self, verb: &str, object: &str) {
        self.say(&self.err.status(Tone::Verb, verb, object));
    }

    /// Shows a status line that whoever runs this must know, programs' logs included.
    pub(crate) fn aloud(&self, verb: &str, object: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.always(&self.err.status(Tone::Caution, verb, object));
        }
    }

    /// Shows a line or several on stderr, unless only errors are wanted.
    pub(crate) fn say(&self, text: &str) {
        if self.verbosity != Verbosity::Quiet && self.format == MessageFormat::Human {
            self.always(text);
        }
    }

    /// Shows a line that only `--verbose` wants.
    pub(crate) fn detail(&self, verb: &str, object: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.say(&self.err.status(Tone::Note, verb, object));
        }
    }

    /// Shows on stderr, whatever is wanted.
    #[expect(clippy::unused_self, reason = "whoever writes has a screen")]
    pub(crate) fn always(&self, text: &str) {
        // There is nowhere left to complain when stderr is closed.
        let _ = writeln!(io::stderr().lock(), "{}", redact::hidden(text.trim_end_matches('\n')));
    }

    /// Shows why a command failed: in words on stderr, or as a JSON line on stdout.
    pub(crate) fn fail(&self, failure: &Failure) -> ExitCode {
        match self.format {
            // Whoever reads closed the pipe and knows; `plan | head` is no failure to talk about.
            _ if failure.is_broken_pipe() || failure.is_told() => {}
            MessageFormat::Human => self.always(&failure.render(self.err, self.width)),
            MessageFormat::Json => {
                if self.line(&failure.to_json()).is_err() {
                    self.always(&failure.render(self.err, self.width));
                }
            }
        }
        failure.code
    }
}

/// The columns of the terminal that stderr goes to, as it is now.
pub(super) fn stderr_columns() -> usize {
    let columns = console::Term::stderr().size_checked().map(|(_, columns)| columns);
    columns.map_or(PROSE, usize::from)
}

fn columns() -> usize {
    let columns = if io::stdout().is_terminal() {
        console::Term::stdout().size_checked().map(|(_, columns)| columns)
    } else {
        console::Term::stderr().size_checked().map(|(_, columns)| columns)
    };
    columns.map_or(PROSE, |columns| usize::from(columns).clamp(NARROWEST, WIDEST))
}
