//! Versions that a finished release published and that are gone: its kept bytes are sent again.

use super::rollbacks::taken_back;
use super::session::Session;
use super::verification::is_finished;
use super::words;
use crate::failure::Failure;
use crate::journal::Run;
use crate::registry::Recorded;
use crate::ui::time::now;
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::PackageName;
use cargo_orchestrate::plan::{Plan, Step, Upload};
use cargo_orchestrate::run::{Event, Fate, Log as _, Trouble, fate, uploads};
use std::collections::BTreeMap;

/// The last release, of which versions are gone.
pub(super) struct Lost {
    pub(super) run: Run,
    pub(super) plan: Plan,
    steps: Vec<Step>,
    pub(super) versions: Vec<Upload>,
}

/// Looks whether the last release is whole. With `published`, which may be older, only what that
/// does not show is looked at.
///
/// An index that lags behind, or an old copy of it, is told by the registry's database where that
/// can be asked.
pub(super) fn find(
    session: &Session,
    published: Option<&BTreeMap<PackageName, Published>>,
) -> Result<Option<Lost>, Failure> {
    let runs = session.home.runs()?;
    let taken_back = taken_back(&runs)?;
    let Some(run) = runs.into_iter().rfind(is_finished) else { return Ok(None) };
    let plan = words::stored_plan(&run)?;
    let is_lost = |step: &Step, upload: &Upload, published: &Published| {
        fate(step, upload, &run.state, published) == Fate::Lost
    };
    let suspects: Vec<(&Step, &Upload)> = uploads(&plan.steps)
        .filter(|(_, upload)| !taken_back.contains(upload))
        .filter(|(step, upload)| match published {
            Some(known) => {
                known.get(&upload.package).is_some_and(|known| is_lost(step, upload, known))
            }
            None => true,
        })
        .collect();
    let places: Vec<_> =
        suspects.iter().map(|(_, upload)| (&upload.registry, &upload.package)).collect();
    let looks = session.registries.look_all(&places);
    let recorded = |upload: &Upload| {
        session.registries.recorded(&upload.registry, &upload.package, &upload.version)
    };
    let gone = suspects.into_iter().zip(&looks).filter(|((step, upload), look)| {
        is_lost(step, upload, look) && !matches!(recorded(upload), Recorded::Present { .. })
    });
    let (steps, versions): (Vec<Step>, Vec<Upload>) =
        gone.map(|((step, upload), _)| (step.clone(), upload.clone())).unzip();
    Ok((!versions.is_empty()).then_some(Lost { run, plan, steps, versions }))
}

impl Lost {
    /// Writes down that the versions are gone; from now on the release is one that is under way.
    pub(super) fn reopen(mut self) -> Result<(Run, Plan), Failure> {
        let mut log = self.run.open_log()?;
        let at = now();
        let gone = self.steps.iter().map(|step| Event::NotDone {
            step: step.id.clone(),
            trouble: Trouble::lost(),
            at,
        });
        let events: Vec<Event> = std::iter::once(Event::Reopened { at }).chain(gone).collect();
        log.append_all(&events).map_err(|error| super::carry::unwritten(&error))?;
        for event in &events {
            self.run.state.apply(event);
        }
        Ok((self.run, self.plan))
    }
}
