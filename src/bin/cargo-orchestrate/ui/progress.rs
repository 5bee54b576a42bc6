//! A run while it goes on: a bar with status lines above it on a terminal, status lines elsewhere,
//! JSON lines for programs.

use super::Screen;
use super::in_flight::{in_flight, wave};
use super::outlook::{Left, Outlook};
use super::screen::stderr_columns;
use super::step_words::{Said, Waves, name, said, upload};
use super::style::Tone;
use super::time::{self, clock, length, rfc3339};
use super::waits::{Telling, Waits};
use crate::cli::{MessageFormat, Verbosity};
use crate::failure::Failure;
use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::plan::{Planned, Step};
use cargo_orchestrate::run::{Doing, Event, Progress, Report, RunState, doing};
use cargo_orchestrate::wire::{RunKind, UnderWay, event_line, waiting_line};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};
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
    outlook: Outlook<'a>,
    /// When this process began.
    began: Timestamp,
    /// What is going on now, in which wave, and when it ends; the bar counts down to that.
    doing: Vec<(Doing, &'a Step)>,
    wave: Option<(usize, usize)>,
    left: Arc<Mutex<Left>>,
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
        outlook: Outlook<'a>,
    ) -> Self {
        let total = steps.iter().filter(|step| upload(&step.action).is_some()).count();
        let left = Arc::<Mutex<Left>>::default();
        let can_draw =
            io::stderr().is_terminal() && std::env::var("TERM").is_ok_and(|t| t != "dumb");
        let wanted = screen.format == MessageFormat::Human && screen.verbosity != Verbosity::Quiet;
        Self {
            screen: *screen,
            steps,
            waves: packages.iter().map(|planned| (planned.name.clone(), planned.wave)).collect(),
            bar: (can_draw && wanted).then(|| bar(kind, total, Arc::clone(&left))),
            waits: Waits::default(),
            outlook,
            began: time::now(),
            doing: Vec::new(),
            wave: None,
            left,
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

    /// Takes in where the run is now.
    fn look(&mut self, event: &Event, state: &RunState) {
        let now = time::now();
        self.outlook.note(event);
        self.doing = doing(self.steps, state, self.began, now);
        self.wave = wave(self.steps, &self.waves, state);
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = self.outlook.left(state, now);
    }

    /// How long the run still takes, and whether that is all or only what registries make it wait.
    fn left(&self, now: Timestamp) -> Option<(bool, Duration)> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).from(now)
    }

    fn move_bar(&self, step: Option<&Step>, state: &RunState) {
        let Some(bar) = &self.bar else { return };
        let uploads = self.steps.iter().filter(|step| upload(&step.action).is_some());
        let done = uploads.filter(|step| state.is_done(&step.id)).count();
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        let at = step.filter(|step| upload(&step.action).is_none());
        bar.set_message(match at {
            Some(step) if self.doing.is_empty() => name(&step.action),
            _ => in_flight(self.wave, &self.doing),
        });
    }

    fn waits(&mut self, step: &Step, others: usize, until: Timestamp, why: &str, now: Timestamp) {
        let what = upload(&step.action).map_or_else(|| name(&step.action), ToString::to_string);
        let what = what + &more(others);
        let telling = self.waits.tell(&step.id, now, until);
        let at = clock(until, now);
        let object = match telling {
            Telling::Silent => return,
            Telling::Ongoing => format!("for {what}: {why}"),
            Telling::Until => {
                let wait = length(until.since(now));
                let all = match self.left(now) {
                    Some((true, left)) => format!("; all uploads in about {}", length(left)),
                    Some((false, left)) => format!("; all uploads in {} at least", length(left)),
                    None => String::new(),
                };
                format!("for {what}: {why}; goes on at {at} (in {wait}){all}")
            }
        };
        self.say(&Said::Status(Tone::Caution, "Waiting", object));
    }
}

impl Report for RunReport<'_> {
    fn event(&mut self, event: &Event, step: Option<&Step>, state: &RunState) {
        self.look(event, state);
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
                    let (wave, left) = (self.wave, self.left(now));
                    let under_way = UnderWay { doing: &self.doing, wave, left };
                    let line = waiting_line(step, *until, why, &under_way, now, rfc3339);
                    self.json(&line);
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

/// The bar: how much is done and how long that took and still takes, and below it what goes on.
fn bar(kind: RunKind, packages: usize, left: Arc<Mutex<Left>>) -> ProgressBar {
    let verb = match kind {
        RunKind::Release => "Releasing",
        RunKind::Rollback => "Taking back",
    };
    let style = ProgressStyle::with_template(
        "{prefix:>12.cyan.bold} {over:.green}{ahead:.dim} {pos}/{len} packages  {took}\n\
         {empty:>12} {wide_msg:.dim}",
    )
    .expect("the template is well-formed")
    .with_key("over", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = out.write_str(&"━".repeat(parts(state).0));
    })
    .with_key("ahead", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = out.write_str(&"╌".repeat(parts(state).1));
    })
    .with_key("empty", |_: &ProgressState, _: &mut dyn std::fmt::Write| {})
    .with_key("took", move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let seconds = Duration::from_secs(state.elapsed().as_secs());
        let took = if seconds.is_zero() { "0 s".to_owned() } else { length(seconds) };
        let left = left.lock().unwrap_or_else(PoisonError::into_inner).from(time::now());
        let left = match left {
            Some((true, left)) => format!(", about {} left", length(left)),
            Some((false, left)) => format!(", {} left at least", length(left)),
            None => String::new(),
        };
        // The bar goes on without its clock when this cannot be written.
        let _ = write!(out, "{took}{left}");
    });
    let length = u64::try_from(packages).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    bar.set_style(style);
    bar.set_prefix(verb);
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

/// How many columns of the bar stand for what is done and for what is not, on a terminal that is this
/// wide now.
fn parts(state: &ProgressState) -> (usize, usize) {
    split(state.pos(), state.len().unwrap_or(0), stderr_columns())
}

fn split(done: u64, all: u64, columns: usize) -> (usize, usize) {
    // What stands beside the bar takes some 52 columns.
    let width = columns.saturating_sub(56).clamp(6, 24);
    let over = u128::from(done) * width as u128 / u128::from(all.max(1));
    let over = usize::try_from(over).unwrap_or(width).min(width);
    (over, width - over)
}

#[test]
fn the_bar_takes_what_the_terminal_leaves_it() {
    for (done, all, columns, expected) in [
        (0, 4, 100, (0, 24)),
        (1, 4, 100, (6, 18)),
        (4, 4, 200, (24, 0)),
        (2, 4, 70, (7, 7)),
        (1, 3, 40, (2, 4)),
        (0, 0, 80, (0, 24)),
    ] {
        assert_eq!(split(done, all, columns), expected, "{done} of {all} in {columns}");
    }
}
