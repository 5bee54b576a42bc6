//! What a journal says of the uploads that were tried, for the budgets of registries.

use super::{Event, TroubleKind};
use crate::facts::{Pace, SentEnd, SentUpload};
use crate::model::Timestamp;
use crate::plan::{Action, Step, StepId};
use std::collections::{BTreeMap, BTreeSet};

/// The attempts at uploads in these events of a run, in the order they began. `new` are the uploads
/// that bring out the first version of a package.
#[must_use]
pub fn sent<'e>(
    steps: &[Step],
    new: &BTreeSet<StepId>,
    events: impl IntoIterator<Item = &'e Event>,
) -> Vec<SentUpload> {
    let registries: BTreeMap<&StepId, _> = steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::Upload(upload) => Some((&step.id, &upload.registry)),
            _ => None,
        })
        .collect();
    let mut all: Vec<SentUpload> = Vec::new();
    let mut last: BTreeMap<&StepId, Attempt> = BTreeMap::new();
    for event in events {
        let Some((step, registry)) = event.step().and_then(|id| registries.get_key_value(id))
        else {
            continue;
        };
        if let Event::Started { at, .. } = event {
            last.insert(*step, Attempt { place: all.len(), answered: None });
            let (registry, new) = ((*registry).clone(), new.contains(*step));
            all.push(SentUpload { registry, new, at: *at, end: SentEnd::Other });
            continue;
        }
        let Some(attempt) = last.get_mut(*step) else { continue };
        let upload = &mut all[attempt.place];
        match event {
            Event::Accepted { at, .. } => {
                attempt.answered.get_or_insert(*at);
            }
            Event::NotDone { trouble, .. } if trouble.kind == TroubleKind::Throttled => {
                upload.end = SentEnd::Refused(trouble.retry_at);
            }
            Event::NotDone { trouble, .. } if trouble.kind == TroubleKind::Unauthorized => {
                upload.end = SentEnd::Unauthorized;
            }
            // Without an answer, as after a broken connection, it tells of no pace.
            Event::Done { at, .. } => {
                if let Some(answered) = attempt.answered {
                    let pace = Pace { answer: answered.since(upload.at), show: at.since(answered) };
                    upload.end = SentEnd::Shown(pace);
                }
            }
            _ => {}
        }
    }
    all
}

/// The last attempt at an upload.
struct Attempt {
    place: usize,
    answered: Option<Timestamp>,
}
