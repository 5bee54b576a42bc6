//! How long crates.io will make a release wait.

use super::text::count;
use super::time::length;
use cargo_orchestrate::plan::Plan;
use std::time::Duration;

/// What one user may send at once, and how long one more takes after that: for versions of packages
/// that exist, and for new packages (`src/rate_limiter.rs` of rust-lang/crates.io).
const UPDATES: (usize, Duration) = (30, Duration::from_mins(1));
const NEW: (usize, Duration) = (5, Duration::from_mins(10));

/// What the plan takes from the budget of crates.io, and how long it waits for more where both
/// budgets are full now; nothing for a plan that sends nothing there.
pub(super) fn budget(plan: &Plan) -> Option<String> {
    let there = |new| {
        let packages = plan.packages.iter();
        packages
            .filter(|planned| planned.publish && planned.registry.is_crates_io())
            .filter(|planned| planned.new == new)
            .count()
    };
    let parts: Vec<(usize, &str, (usize, Duration))> =
        [(there(false), "update", UPDATES), (there(true), "new package", NEW)]
            .into_iter()
            .filter(|(sent, ..)| *sent > 0)
            .collect();
    let wait = parts
        .iter()
        .map(|(sent, _, (at_once, each))| each.saturating_mul(past(*sent, *at_once)))
        .max()?;
    let words: Vec<String> = parts
        .iter()
        .map(|(sent, noun, (at_once, _))| format!("{} ({at_once} at once)", count(*sent, noun)))
        .collect();
    let wait = match wait {
        Duration::ZERO => "no wait".to_owned(),
        wait => format!("about {} of waiting for crates-io", length(wait)),
    };
    Some(format!("{}: {wait}", words.join(", ")))
}

fn past(sent: usize, at_once: usize) -> u32 {
    u32::try_from(sent.saturating_sub(at_once)).unwrap_or(u32::MAX)
}
