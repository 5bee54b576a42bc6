//! Gates among the steps: all of them are tried, and those that fail are told together.

use super::{RunState, Status, Trouble, TroubleKind};
use crate::plan::{Action, Step};

/// Whether a step is a gate. It leaves nothing that could be taken back.
pub(super) fn is_gate(step: &Step) -> bool {
    matches!(step.action, Action::Gate { .. })
}

/// The trouble with all gates that did not let the release pass, as one; nothing when each did.
pub(super) fn failed(steps: &[Step], state: &RunState) -> Option<Trouble> {
    let failed = steps.iter().filter_map(|step| match (&step.action, state.status(&step.id)) {
        (Action::Gate { gate, .. }, Status::NotDone(trouble)) => Some((gate.as_str(), trouble)),
        _ => None,
    });
    let failed: Vec<(&str, &Trouble)> = failed.collect();
    match failed.as_slice() {
        [] => None,
        [(_, one)] => Some((*one).clone()),
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
            let mut text = format!("{} gates failed: {}", several.len(), names.join(", "));
            for (_, trouble) in several {
                text.push('\n');
                text.push_str(&trouble.text);
            }
            Some(Trouble::new(TroubleKind::Gate, text))
        }
    }
}
