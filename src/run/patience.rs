//! How long to wait for what, and what was already tried since this process began.
//!
//! The journal says what was tried ever; a fresh process tries again what an earlier one gave up.

use super::lag::Lags;
use super::order::Kind;
use super::throttle::Throttles;
use crate::model::{RegistryName, Timestamp};
use crate::plan::{Action, BudgetKind, Step, StepId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How often an effect is tried in one process before it stops.
const ATTEMPTS: u32 = 5;
/// The first pause before an effect that certainly did not happen is tried again.
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LONGEST_RETRY: Duration = Duration::from_mins(1);
/// The first pause after a refusal for too many requests that names no time.
const FIRST_THROTTLE: Duration = Duration::from_mins(1);
const LONGEST_THROTTLE: Duration = Duration::from_hours(1);
/// How long an index is asked for an effect in doubt before it counts as not done.
const DOUBT: Duration = Duration::from_secs(10);
/// How long a registry's database may not know what the registry said it took: it may be asked
/// through a copy that is behind.
pub(super) const BEHIND: Duration = Duration::from_secs(2);

/// The limits of one process, and what it did so far.
#[derive(Debug, Clone)]
pub struct Patience {
    /// How long the process may wait in all.
    max_wait: Duration,
    /// How long a version that the registry took may stay out of the index.
    visibility: Duration,
    waited: Duration,
    /// The uploads that bring out the first version of a package.
    new: BTreeSet<StepId>,
    /// The registries whose database is enough for uploads that need a version.
    databases: BTreeSet<RegistryName>,
    tries: BTreeMap<StepId, Tries>,
    throttles: Throttles,
    lags: Lags,
}

#[derive(Debug, Clone, Default)]
struct Tries {
    attempts: u32,
    under_way: Option<UnderWay>,
    accepted: bool,
    /// Whether the registry's database has it with our checksum.
    recorded: bool,
    /// Whether that is enough for those that need it.
    is_enough: bool,
    looks: u32,
    first_look: Option<Timestamp>,
    last_look: Option<Timestamp>,
}

/// What was started and is not answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnderWay {
    Effect,
    Look,
}

impl Patience {
    /// Limits for a process that did nothing yet.
    #[must_use]
    pub fn new(max_wait: Duration, visibility: Duration) -> Self {
        Self {
            max_wait,
            visibility,
            waited: Duration::ZERO,
            new: BTreeSet::new(),
            databases: BTreeSet::new(),
            tries: BTreeMap::new(),
            throttles: Throttles::default(),
            lags: Lags::default(),
        }
    }

    /// The same limits, knowing which uploads bring out the first version of a package: registries
    /// count these apart.
    #[must_use]
    pub fn counting_apart(mut self, new: BTreeSet<StepId>) -> Self {
        self.new = new;
        self
    }

    /// The same limits, with registries whose database is enough for uploads that need a version:
    /// their index is only waited for at the end.
    #[must_use]
    pub fn trusting(mut self, databases: BTreeSet<RegistryName>) -> Self {
        self.databases = databases;
        self
    }

    pub(super) fn attempted(&mut self, step: &StepId) {
        let tries = self.tries.entry(step.clone()).or_default();
        let under_way = Some(UnderWay::Effect);
        *tries = Tries { attempts: tries.attempts + 1, under_way, ..Tries::default() };
    }

    pub(super) fn looking(&mut self, step: &StepId) {
        self.tries.entry(step.clone()).or_default().under_way = Some(UnderWay::Look);
    }

    /// What was started of this step has an answer.
    pub(super) fn answered(&mut self, step: &StepId) {
        self.tries.entry(step.clone()).or_default().under_way = None;
    }

    /// What was started of this step and has no answer yet.
    pub(super) fn under_way(&self, step: &StepId) -> Option<UnderWay> {
        self.tries.get(step)?.under_way
    }

    /// Whether any effect was started and has no answer yet.
    pub(super) fn is_busy(&self) -> bool {
        self.tries.values().any(|tries| tries.under_way == Some(UnderWay::Effect))
    }

    pub(super) fn accepted(&mut self, step: &StepId) {
        self.tries.entry(step.clone()).or_default().accepted = true;
    }

    /// The registry's database has what this step brought out. Says whether that is news.
    pub(super) fn recorded(&mut self, step: &Step) -> bool {
        let is_enough = match &step.action {
            Action::Upload(upload) => self.databases.contains(&upload.registry),
            _ => false,
        };
        let tries = self.tries.entry(step.id.clone()).or_default();
        tries.accepted = true;
        tries.is_enough = is_enough;
        !std::mem::replace(&mut tries.recorded, true)
    }

    /// Whether uploads that need this step may start before it is done: this process saw it in the
    /// database of a registry whose database is enough.
    pub(super) fn is_enough(&self, step: &StepId) -> bool {
        self.tries.get(step).is_some_and(|tries| tries.is_enough)
    }

    /// What the registry counts an upload with; nothing for what is none.
    pub(super) fn kind(&self, step: &Step) -> Option<Kind> {
        let Action::Upload(upload) = &step.action else { return None };
        let is_new = self.new.contains(&step.id);
        let kind = if is_new { BudgetKind::NewPackages } else { BudgetKind::Updates };
        Some((upload.registry.clone(), kind))
    }

    /// The registry refused an upload for too many requests; `until` is the time it named.
    pub(super) fn refused(&mut self, step: &Step, until: Option<Timestamp>, text: &str) {
        if let Some(kind) = self.kind(step) {
            self.throttles.refused(kind, until, text);
        }
    }

    /// The registry took an upload.
    pub(super) fn taken(&mut self, step: &Step) {
        if let Some(kind) = self.kind(step) {
            self.throttles.taken(&kind);
        }
    }

    /// The time before which an upload is not worth a request, and what the registry said.
    pub(super) fn closed(&self, step: &Step, now: Timestamp) -> Option<(Timestamp, &str)> {
        self.throttles.closed(&self.kind(step)?, now)
    }

    /// How many uploads of a kind may be under way at once, where one of them was refused or not.
    pub(super) fn room(&self, kind: &Kind, was_refused: bool) -> usize {
        self.throttles.room(kind, was_refused)
    }

    pub(super) fn looked(&mut self, step: &StepId, at: Timestamp) {
        let tries = self.tries.entry(step.clone()).or_default();
        tries.looks += 1;
        tries.first_look.get_or_insert(at);
        tries.last_look = Some(at);
    }

    pub(super) fn waited(&mut self, duration: Duration) {
        self.waited += duration;
    }

    /// Whether this process tried the effect already.
    pub(super) fn has_attempted(&self, step: &StepId) -> bool {
        self.tries.get(step).is_some_and(|tries| tries.attempts > 0)
    }

    /// Whether this process looked for the effect since its last attempt.
    pub(super) fn has_looked(&self, step: &StepId) -> bool {
        self.tries.get(step).is_some_and(|tries| tries.looks > 0)
    }

    /// Whether the effect was tried as often as one process does.
    pub(super) fn is_exhausted(&self, step: &StepId) -> bool {
        self.tries.get(step).is_some_and(|tries| tries.attempts >= ATTEMPTS)
    }

    /// The index shows what this step brought out: it will not be much quicker, nor later, with
    /// what comes next.
    pub(super) fn shown(&mut self, step: &Step) {
        let (Action::Upload(upload), Some(tries)) = (&step.action, self.tries.get(&step.id)) else {
            return;
        };
        if let (true, Some(first), Some(last)) = (tries.accepted, tries.first_look, tries.last_look)
        {
            self.lags.shown(&upload.registry, last.since(first));
        }
    }

    /// When to look for the effect of a step next.
    pub(super) fn next_look(&self, step: &Step) -> Timestamp {
        let Some(tries) = self.tries.get(&step.id) else { return Timestamp::default() };
        let Some(last) = tries.last_look else { return Timestamp::default() };
        let looked_for = last.since(tries.first_look.unwrap_or(last));
        let registry = match &step.action {
            Action::Upload(upload) => Some(&upload.registry),
            _ => None,
        };
        last.after(self.lags.pause(registry, looked_for))
    }

    /// When an effect that did not happen may be tried again.
    pub(super) fn next_retry(&self, step: &StepId, since: Timestamp) -> Timestamp {
        since.after(doubled(FIRST_RETRY, self.repeats(step), LONGEST_RETRY))
    }

    /// When a throttled effect may be tried again, where the other side did not say.
    pub(super) fn next_throttled(&self, step: &StepId, since: Timestamp) -> Timestamp {
        since.after(doubled(FIRST_THROTTLE, self.repeats(step), LONGEST_THROTTLE))
    }

    /// Whether an effect that is not to be seen has had its time: the registry took it over in
    /// this process and the visibility budget is used up, or it is in doubt and ten seconds of
    /// looks found nothing.
    pub(super) fn look_is_over(&self, step: &StepId, now: Timestamp) -> LookOver {
        let Some(tries) = self.tries.get(step) else { return LookOver::No };
        let Some(first) = tries.first_look else { return LookOver::No };
        let looked_for = now.since(first);
        match tries.accepted {
            true if looked_for >= self.visibility => LookOver::NeverShown,
            false if looked_for >= DOUBT => LookOver::NotThere,
            _ => LookOver::No,
        }
    }

    /// Whether waiting until then stays within the limits.
    pub(super) fn allows(&self, now: Timestamp, until: Timestamp) -> bool {
        self.waited + until.since(now) <= self.max_wait
    }

    fn repeats(&self, step: &StepId) -> u32 {
        self.tries.get(step).map_or(0, |tries| tries.attempts.saturating_sub(1))
    }
}

/// Whether looking for an effect can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LookOver {
    No,
    /// It was taken over and never showed.
    NeverShown,
    /// It is not there, as far as anybody can tell.
    NotThere,
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(times)).min(longest)
}
