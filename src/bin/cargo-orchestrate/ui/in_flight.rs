//! What a run is at, in one line: what is on its way, and what waits for what.

use super::step_words::{Waves, upload};
use super::time::second;
use cargo_orchestrate::plan::Step;
use cargo_orchestrate::run::{Doing, RunState};

/// How many of a kind are named.
const NAMED: usize = 3;

/// `wave 2 of 4: sending lib1 0.2.0; index of lib2 0.3.0, lib4 0.1.0`.
pub(super) fn in_flight(wave: Option<(usize, usize)>, doing: &[(Doing, &Step)]) -> String {
    let kinds = doing.chunk_by(|(one, _), (other, _)| one == other);
    let kinds = kinds.map(|of_kind| {
        let named = of_kind.iter().filter_map(|(_, step)| upload(&step.action));
        let mut names: Vec<String> = named.take(NAMED).map(ToString::to_string).collect();
        let more = of_kind.len().saturating_sub(NAMED);
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let names = names.join(", ");
        match of_kind[0].0 {
            Doing::Sending => format!("sending {names}"),
            Doing::Showing => format!("index of {names}"),
            Doing::InDoubt => format!("looking for {names}"),
            Doing::Held(until) => {
                // Waits of days stop a run instead.
                format!("held until {}: {names}", second(until))
            }
        }
    });
    let kinds = kinds.collect::<Vec<_>>().join("; ");
    match wave {
        Some((wave, last)) if kinds.is_empty() => format!("wave {wave} of {last}"),
        Some((wave, last)) => format!("wave {wave} of {last}: {kinds}"),
        None => kinds,
    }
}

/// The first wave that is not done, and the last one.
pub(super) fn wave(steps: &[Step], waves: &Waves, state: &RunState) -> Option<(usize, usize)> {
    let left = steps.iter().filter(|step| !state.is_done(&step.id));
    let left = left.filter_map(|step| waves.get(&upload(&step.action)?.package));
    Some((*left.min()?, *waves.values().max()?))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;
    use cargo_orchestrate::model::Timestamp;

    #[test]
    fn a_line_says_what_is_sent_and_what_waits_for_what() {
        let plan = example::plan();
        let uploads = || plan.steps.iter().filter(|step| upload(&step.action).is_some());
        let step = |place: usize| uploads().nth(place).expect("the example has uploads");
        let all = |doing: Doing| uploads().map(move |step| (doing, step)).collect::<Vec<_>>();
        let held = Doing::Held(Timestamp(1_795_171_623_456));
        let table = [
            (vec![], "wave 1 of 3"),
            (vec![(Doing::Sending, step(0))], "wave 1 of 3: sending node-core 2.1.0"),
            (
                vec![(Doing::Sending, step(0)), (Doing::Showing, step(1)), (held, step(2))],
                "wave 1 of 3: sending node-core 2.1.0; index of node-store 0.5.0; held until \
                 10:47:03 UTC: node-query 0.8.0",
            ),
            (
                all(Doing::InDoubt),
                "wave 1 of 3: looking for node-core 2.1.0, node-store 0.5.0, node-query 0.8.0, 2 more",
            ),
        ];
        for (doing, line) in table {
            assert_eq!(in_flight(Some((1, 3)), &doing), line);
        }
    }
}
