//! What is wanted of `plan`, as ratios within one run.

use super::contestant::{FLOOR, METADATA, PLAN, RELEASE};
use super::measure::Measure;
use super::{Bench, Row};

/// A ratio that is wanted, and what came out.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) workspace: String,
    /// What is compared with what.
    pub(super) what: String,
    pub(super) bound: Bound,
    /// The worst of what was measured; nothing when there is nothing to compare with.
    pub(super) ratio: f64,
}

/// Which ratios are good.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    pub(super) fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.ratio <= most,
            Bound::AtLeast(least) => self.ratio >= least,
        }
    }
}

/// One of the numbers of a run.
pub(super) type Of = fn(&Measure) -> f64;

/// Time is judged by wall and by processor time, whichever looks worse: the one forgives work that
/// is done side by side, the other waiting.
const TIMES: [(&str, Of); 2] = [("wall", |measure| measure.wall), ("cpu", |measure| measure.cpu)];

/// Everything that can be judged of what was measured.
pub(super) fn targets(benches: &[Bench]) -> Vec<Target> {
    let mut targets = Vec::new();
    for bench in benches {
        let Some(plan) = bench.row(PLAN) else { continue };
        let mut wanted = |what: String, ratio: Option<f64>, bound| {
            let workspace = bench.world.name.clone();
            targets.extend(ratio.map(|ratio| Target { workspace, what, bound, ratio }));
        };
        for (name, time) in TIMES {
            // A real one has tags and commits of many years.
            let most = match bench.world.packages {
                Some(1_000) => Some(1.5),
                Some(_) => None,
                None => Some(2.0),
            };
            if let Some(most) = most {
                let floor = ratio(Some(plan), bench.row(FLOOR), time);
                wanted(format!("plan / floor, {name}"), floor, Bound::AtMost(most));
            }
            let peer = ratio(bench.row(RELEASE), Some(plan), time);
            wanted(format!("{RELEASE} / plan, {name}"), peer, Bound::AtLeast(20.0));
        }
        let memory = ratio(Some(plan), bench.row(METADATA), |measure| measure.peak_mib);
        wanted(format!("plan / {METADATA}, peak memory"), memory, Bound::AtMost(2.0));
    }
    let of = |packages| benches.iter().find(|bench| bench.world.packages == Some(packages));
    if let (Some(small), Some(large)) = (of(1_000), of(5_000)) {
        for (name, time) in TIMES {
            let ratio = ratio(large.row(PLAN), small.row(PLAN), time);
            targets.extend(ratio.map(|ratio| Target {
                workspace: large.world.name.clone(),
                what: format!("plan / plan of 1000 packages, {name}"),
                bound: Bound::AtMost(6.0),
                ratio,
            }));
        }
    }
    targets
}

/// How much more one took than the other.
pub(super) fn ratio(
    one: Option<&Row>,
    other: Option<&Row>,
    of: impl Fn(&Measure) -> f64,
) -> Option<f64> {
    Some(one?.median(&of)? / other?.median(&of)?).filter(|ratio| ratio.is_finite())
}
