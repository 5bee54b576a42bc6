//! How long uploads will take: by the budgets of registries, and by how quick those were before.
//!
//! It stands beside a plan and is no part of it, for it changes with every minute while the plan
//! does not. The same uploads are started in the same order as the loop would start them, on a
//! clock that only exists here.

mod clock;

use self::clock::Clock;
use super::order::Kind;
use super::{RunState, Status};
use crate::facts::{Pace, Sent, SentEnd, SentUpload};
use crate::model::{RegistryName, Timestamp};
use crate::plan::{Action, Bucket, Budget, BudgetKind, Plan, Planned, Step, StepId};
use crate::policy::{Limit, Policy, Visibility};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What is known of how long the uploads of a plan take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forecast {
    /// When it was made.
    pub at: Timestamp,
    /// What is left of each budget that the plan takes from, in the order of the plan.
    pub budgets: Vec<BudgetForecast>,
    /// What the budgets alone make the uploads take at least.
    pub waits: Duration,
    /// What the uploads will take, from the first request until the index shows the last; nothing
    /// where a registry was not measured.
    pub uploads: Option<Duration>,
}

impl Forecast {
    /// Whether it would be another at another time: where nothing was sent lately it is not.
    #[must_use]
    pub fn is_of_now(&self) -> bool {
        self.budgets.iter().any(|budget| budget.free < budget.budget.at_once)
    }

    /// The registry that makes the uploads wait longest.
    #[must_use]
    pub fn slowest(&self) -> Option<&RegistryName> {
        let waits = |it: &&BudgetForecast| {
            u64::from(it.left.saturating_sub(it.free)) * it.budget.then_every_seconds
        };
        self.budgets.iter().max_by_key(waits).map(|it| &it.budget.registry)
    }
}

/// What is left of a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetForecast {
    pub budget: Budget,
    /// How many of its uploads are still to be sent.
    pub left: u32,
    /// How many the registry takes at once now, as far as the journals know.
    pub free: u32,
}

/// The uploads of a plan and what holds them back.
#[derive(Debug, Clone)]
pub struct Course<'a> {
    pub steps: &'a [Step],
    pub budgets: &'a [Budget],
    /// The uploads that bring out the first version of a package.
    pub new: BTreeSet<StepId>,
    /// The registries whose database is enough for uploads that need a version.
    pub databases: BTreeSet<RegistryName>,
}

impl<'a> Course<'a> {
    /// The uploads of a plan under this policy.
    #[must_use]
    pub fn of(plan: &'a Plan, policy: &Policy) -> Self {
        let registries = plan.packages.iter().map(|planned| &planned.registry);
        let databases = registries.filter(|name| policy.visibility(name) == Visibility::Database);
        Self {
            steps: &plan.steps,
            budgets: &plan.budget,
            new: new_packages(&plan.steps, &plan.packages),
            databases: databases.cloned().collect(),
        }
    }

    /// How long what is left of them takes from now on, which is when `sent` was looked at.
    #[must_use]
    pub fn forecast(&self, state: &RunState, sent: &Sent) -> Forecast {
        let buckets = self.buckets(sent);
        let budget = |budget: &Budget| {
            let kind = (budget.registry.clone(), budget.kind);
            let left = self.left(state).filter(|step| self.kind(step).as_ref() == Some(&kind));
            BudgetForecast {
                left: u32::try_from(left.count()).unwrap_or(u32::MAX),
                free: buckets[&kind].free(sent.at),
                budget: budget.clone(),
            }
        };
        let budgets: Vec<BudgetForecast> = self.budgets.iter().map(budget).collect();
        let simulate = |pace: &dyn Fn(&RegistryName) -> Pace| {
            Clock::set(self, state, sent.at, buckets.clone(), pace).run().since(sent.at)
        };
        let no_pace = |_: &RegistryName| Pace::default();
        let has_to_wait = budgets.iter().any(|budget| budget.left > budget.free);
        let held = self.held(state, sent);
        let waits = if has_to_wait { simulate(&no_pace) } else { Duration::ZERO };
        let waits = waits.max(held);
        let mut kinds = self.unfinished(state).filter_map(|step| self.kind(step));
        let is_measured = kinds.all(|kind| sent.pace.contains_key(&kind.0));
        let pace = |registry: &RegistryName| sent.pace.get(registry).copied().unwrap_or_default();
        let uploads = is_measured.then(|| simulate(&pace).max(held));
        Forecast { at: sent.at, budgets, waits, uploads }
    }

    /// How long registries whose limits nobody knows said to stay away, where something is left for
    /// them.
    fn held(&self, state: &RunState, sent: &Sent) -> Duration {
        let is_known = |kind: &Kind| {
            self.budgets.iter().any(|budget| (&budget.registry, budget.kind) == (&kind.0, kind.1))
        };
        let left: BTreeSet<Kind> = self
            .left(state)
            .filter_map(|step| self.kind(step))
            .filter(|it| !is_known(it))
            .collect();
        let until = |upload: &SentUpload| {
            let kind = if upload.new { BudgetKind::NewPackages } else { BudgetKind::Updates };
            let is_left = left.contains(&(upload.registry.clone(), kind));
            match upload.end {
                SentEnd::Refused(until) if is_left => until,
                _ => None,
            }
        };
        let latest = sent.uploads.iter().filter_map(until).max();
        latest.map_or(Duration::ZERO, |until| until.since(sent.at))
    }

    /// The uploads of which nothing is under way.
    fn left(&self, state: &RunState) -> impl Iterator<Item = &'a Step> {
        let since = |step: &Step| under_way(step, state).is_none();
        self.unfinished(state).filter(move |step| since(step)).collect::<Vec<_>>().into_iter()
    }

    fn unfinished(&self, state: &RunState) -> impl Iterator<Item = &'a Step> {
        let steps = self.steps.iter().filter(|step| matches!(step.action, Action::Upload(_)));
        steps.filter(|step| !state.is_done(&step.id)).collect::<Vec<_>>().into_iter()
    }

    fn kind(&self, step: &Step) -> Option<Kind> {
        let Action::Upload(upload) = &step.action else { return None };
        let is_new = self.new.contains(&step.id);
        let kind = if is_new { BudgetKind::NewPackages } else { BudgetKind::Updates };
        Some((upload.registry.clone(), kind))
    }

    /// The buckets of the budgets, after all that was sent.
    fn buckets(&self, sent: &Sent) -> BTreeMap<Kind, Bucket> {
        let bucket = |budget: &Budget| {
            let then_every = Duration::from_secs(budget.then_every_seconds);
            let mut bucket = Bucket::full(Limit { at_once: budget.at_once, then_every });
            let is_new = budget.kind == BudgetKind::NewPackages;
            let ours = sent.uploads.iter().filter(|it| it.registry == budget.registry);
            for upload in ours.filter(|upload| upload.new == is_new) {
                // A clock that was put back since is no reason to wait for it.
                let at = upload.at.min(sent.at);
                match upload.end {
                    SentEnd::Unauthorized => {}
                    SentEnd::Refused(until) => bucket.refused(at, until),
                    SentEnd::Shown(_) | SentEnd::Other => {
                        bucket.take(at);
                    }
                }
            }
            ((budget.registry.clone(), budget.kind), bucket)
        };
        self.budgets.iter().map(bucket).collect()
    }
}

/// The uploads that bring out the first version of a package.
#[must_use]
pub fn new_packages(steps: &[Step], packages: &[Planned]) -> BTreeSet<StepId> {
    let new = packages.iter().filter(|planned| planned.new).map(|planned| &planned.name);
    let new: BTreeSet<_> = new.collect();
    let is_new =
        |step: &&Step| matches!(&step.action, Action::Upload(it) if new.contains(&it.package));
    steps.iter().filter(is_new).map(|step| step.id.clone()).collect()
}

/// When an upload was sent that the registry has or may have.
fn under_way(step: &Step, state: &RunState) -> Option<Timestamp> {
    let known = state.step(&step.id);
    matches!(known.status, Status::Started | Status::Accepted | Status::InDoubt(_))
        .then_some(known.started.unwrap_or_default())
}
