//! A run while it goes on: a bar with status lines above it on a terminal, status lines elsewhere,
//! JSON lines for programs.

use super::Screen;
use super::step_words::{Said, Waves, name, said, upload};
use super::style::Tone;
use super::time::{self, clock, length, rfc3339};
use super::waits::{Telling, Waits};
use crate::cli::{MessageFormat, Verbosity};
use crate::failure::Failure;
use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::plan::{Planned, Step};
use cargo_orchestrate::run::{Event, Progress, Report, RunState, Status};
use cargo_orchestrate::wire::{RunKind, event_line, waiting_line};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::{self, IsTerminal};
use std::time::Duration;

/// Shows a run to whoever watches it.
#[derive(Debug)]
pub(crate) struct RunReport<'a> {
    screen: Screen,
    steps: &'a [Step],
    waves: Waves,
    /// On a terminal only.
    bar: Option<ProgressBar>,
    waits: Waits,
    /// A warning that the run may be about to end with; then the error says it.
    held: Option<Said>,
    /// The first line that stdout did not take.
    unwritten: Option<Failure>,
}

impl<'a> RunReport<'a> {
    /// A report on a run of these steps; `packages` are the planned ones, none for a rollback.
    #[must_use]
    pub(crate) fn new(
        screen: &Screen,
        kind: RunKind,
        steps: &'a [Step],
        packages: &[Planned],
    ) -> Self {
        let total = steps.iter().filter(|step| upload(&step.action).is_some()).count();
        let can_draw =
            io::stderr().is_terminal() && std::env::var("TERM").is_ok_and(|t| t != "dumb");
        let wanted = screen.format == MessageFormat::Human && screen.verbosity != Verbosity::Quiet;
        Self {
            screen: *screen,
            steps,
            waves: packages.iter().map(|planned| (planned.name.clone(), planned.wave)).collect(),
            bar: (can_draw && wanted).then(|| bar(kind, total)),
            waits: Waits::default(),
            held: None,
            unwritten: None,
        }
    }

    /// Removes the bar; what comes next may write again.
    ///
    /// # Errors
    /// Exit code 110 when a JSON line could not be written; the run itself was not stopped by it.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.unwritten.take().map_or(Ok(()), Err)
    }

    /// Says the warning that the run did not end with.
    fn let_go(&mut self) {
        if let Some(said) = self.held.take() {
            self.say(&said);
        }
    }

    fn json(&mut self, line: &str) {
        if self.unwritten.is_none() {
            self.unwritten = self.screen.line(line).err();
        }
    }

    /// A line above the bar, or on its own.
    fn say(&self, said: &Said) {
        let paint = self.screen.err;
        let line = match said {
            Said::Status(tone, verb, object) => paint.status(*tone, verb, object),
            Said::Warning(text) => paint.warning(text, self.screen.width),
            Said::Detail(_, _) if self.screen.verbosity != Verbosity::Verbose => return,
            Said::Detail(verb, object) => paint.status(Tone::Note, verb, object),
        };
        match &self.bar {
            Some(bar) => bar.suspend(|| self.screen.say(&line)),
            None => self.screen.say(&line),
        }
    }

    fn move_bar(&self, step: Option<&Step>, state: &RunState) {
        let Some(bar) = &self.bar else { return };
        let uploads = self.steps.iter().filter(|step| upload(&step.action).is_some());
        let done = uploads.filter(|step| state.is_done(&step.id)).count();
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        if let Some(step) = step {
            bar.set_message(self.doing(step) + &self.others(step, state));
        }
    }

    /// What the bar says about the step it is at.
    fn doing(&self, step: &Step) -> String {
        let wave = upload(&step.action).and_then(|upload| self.waves.get(&upload.package));
        match (upload(&step.action), wave, self.waves.values().max()) {
            (Some(upload), Some(wave), Some(last)) => format!("wave {wave} of {last}: {upload}"),
            (Some(upload), ..) => upload.to_string(),
            (None, ..) => name(&step.action),
        }
    }

    /// How many other packages are on their way or not in the index yet.
    fn others(&self, step: &Step, state: &RunState) -> String {
        let under_way = |other: &&Step| {
            let status = state.status(&other.id);
            upload(&other.action).is_some()
                && other.id != step.id
                && matches!(status, Status::Started | Status::Accepted | Status::InDoubt(_))
        };
        more(self.steps.iter().filter(under_way).count())
    }

    fn waits(&mut self, step: &Step, others: usize, until: Timestamp, why: &str, now: Timestamp) {
        let what = upload(&step.action).map_or_else(|| name(&step.action), ToString::to_string);
        let what = what + &more(others);
        let telling = self.waits.tell(&step.id, now, until);
        let at = clock(until, now);
        if let Some(bar) = &self.bar {
            let end =
                if telling == Telling::Until { format!(", until {at}") } else { String::new() };
            bar.set_message(format!("{what}: {why}{end}"));
        }
        let object = match telling {
            Telling::Silent => return,
            Telling::Ongoing => format!("for {what}: {why}"),
            Telling::Until => {
                let left = length(until.since(now));
                format!("for {what}: {why}; goes on at {at} (in {left})")
            }
        };
        self.say(&Said::Status(Tone::Caution, "Waiting", object));
    }
}

impl Report for RunReport<'_> {
    fn event(&mut self, event: &Event, step: Option<&Step>, state: &RunState) {
        if self.screen.format == MessageFormat::Json {
            return self.json(&event_line(event, step, rfc3339));
        }
        self.move_bar(step, state);
        if matches!(event, Event::Unwinding { .. }) {
            // It gives the same reason.
            self.held = None;
        }
        self.let_go();
        match said(event, step, state, &self.waves) {
            Some(said @ Said::Warning(_)) if matches!(event, Event::NotDone { .. }) => {
                self.held = Some(said);
            }
            Some(said) => self.say(&said),
            None => {}
        }
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        let now = time::now();
        self.let_go();
        match progress {
            Progress::Waiting { step, more, until, why } => {
                if self.screen.format == MessageFormat::Json {
                    self.json(&waiting_line(step, *until, why, now, rfc3339));
                } else {
                    self.waits(step, *more, *until, why, now);
                }
            }
            Progress::Recorded { step } => {
                if self.screen.format == MessageFormat::Human {
                    let text = format!("{}; not in the index yet", name(&step.action));
                    self.say(&Said::Detail("Recorded", text));
                }
            }
            Progress::PointOfNoReturn => {
                let text = "from here on version numbers are used up for ever";
                self.say(&Said::Status(Tone::Caution, "Note", text.to_owned()));
            }
        }
    }
}

/// ` and 3 more`, or nothing.
fn more(others: usize) -> String {
    if others == 0 { String::new() } else { format!(" and {others} more") }
}

fn bar(kind: RunKind, packages: usize) -> ProgressBar {
    let verb = match kind {
        RunKind::Release => "Releasing",
        RunKind::Rollback => "Taking back",
    };
    let style = ProgressStyle::with_template(
        "{prefix:>12.cyan.bold} {bar:24.green/dim} {pos}/{len} packages  {took}  {wide_msg:.dim}",
    )
    .expect("the template is well-formed")
    .with_key("took", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let seconds = Duration::from_secs(state.elapsed().as_secs());
        // The bar goes on without its clock when this cannot be written.
        let _ = out.write_str(&if seconds.is_zero() { "0 s".to_owned() } else { length(seconds) });
    })
    .progress_chars("━━╌");
    let length = u64::try_from(packages).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    bar.set_style(style);
    bar.set_prefix(verb);
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}
