//! What a run is at, for whoever watches it.

use super::{RunState, Status, TroubleKind};
use crate::model::Timestamp;
use crate::plan::Step;

/// What is going on with one step that is neither done nor still to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// It is on its way, and has no answer yet.
    Sending,
    /// The registry took it, and its index does not show it yet.
    Showing,
    /// Nobody knows whether it arrived; that is being looked at.
    InDoubt,
    /// The registry had too many requests and takes none before this time.
    Held(Timestamp),
}

/// What is going on with each step that shows late: those of a kind together, in the order of the
/// steps. `began` is when this process began, for what an earlier one sent is in doubt.
#[must_use]
pub fn doing<'s>(
    steps: &'s [Step],
    state: &RunState,
    began: Timestamp,
    now: Timestamp,
) -> Vec<(Doing, &'s Step)> {
    let one = |step: &'s Step| {
        let known = state.step(&step.id);
        let doing = match &known.status {
            Status::Started if known.started >= Some(began) => Doing::Sending,
            Status::Started | Status::InDoubt(_) => Doing::InDoubt,
            Status::Accepted => Doing::Showing,
            Status::NotDone(trouble) if trouble.kind == TroubleKind::Throttled => {
                Doing::Held(trouble.retry_at.filter(|until| *until > now)?)
            }
            _ => return None,
        };
        Some((doing, step))
    };
    let late = steps.iter().filter(|step| step.action.shows_late());
    let mut all: Vec<_> = late.filter_map(one).collect();
    all.sort_by_key(|(doing, _)| *doing);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::order::uploads;
    use crate::run::tests::sim::id;
    use crate::run::{Event, Trouble};

    #[test]
    fn each_step_under_way_says_what_it_waits_for() {
        let steps = uploads("a b c d e f");
        let step = |name: &str| id(&format!("upload:{name}"));
        let at = Timestamp;
        let started =
            |name: &str, time| Event::Started { step: step(name), attempt: 1, at: at(time) };
        let throttled = |name: &str, until| Event::NotDone {
            step: step(name),
            trouble: Trouble {
                retry_at: Some(at(until)),
                ..Trouble::new(TroubleKind::Throttled, "too many")
            },
            at: at(20),
        };
        let events = [
            // By a process that is gone.
            started("a", 5),
            throttled("b", 90),
            started("c", 20),
            Event::Accepted { step: step("d"), at: at(20) },
            // Its time has come.
            throttled("e", 25),
        ];
        let told = doing(&steps, &RunState::fold(&events), at(10), at(30));
        let told: Vec<_> = told.iter().map(|(doing, step)| (*doing, step.id.0.as_str())).collect();
        assert_eq!(
            told,
            [
                (Doing::Sending, "upload:c"),
                (Doing::Showing, "upload:d"),
                (Doing::InDoubt, "upload:a"),
                (Doing::Held(at(90)), "upload:b"),
            ]
        );
    }
}
