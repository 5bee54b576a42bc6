//! What is wanted of `publish`, as ratios within one run.

use super::super::target::{Bound, Target};
use super::{
    AGAIN, CARGO, DATABASE, LAG_MS, LATE, LATENT, LAYERS, OURS, PEER, PLAIN, Row, VERIFIED,
};
use Bound::{AtLeast, AtMost};

/// Everything that can be judged of what was measured.
pub(super) fn targets(rows: &[Row]) -> Vec<Target> {
    let mut targets = Vec::new();
    let sizes: std::collections::BTreeSet<usize> = rows.iter().map(|row| row.packages).collect();
    for packages in &sizes {
        of_size(rows, *packages, &mut targets);
    }
    // What is constant weighs more in a small release than in a large one.
    if let (Some(small), Some(large)) = (sizes.first(), sizes.last().filter(|_| sizes.len() > 1)) {
        let each = |packages: usize| {
            let row = row(rows, packages, PLAIN, OURS)?;
            #[expect(clippy::cast_precision_loss, reason = "a number of packages is small")]
            row.median(|time| time.uploads).map(|uploads| uploads / packages as f64)
        };
        let what = format!("uploads of a package / of one of {small}");
        wanted(&mut targets, *large, &what, over(each(*large), each(*small)), AtMost(1.2));
    }
    targets
}

fn of_size(rows: &[Row], packages: usize, targets: &mut Vec<Target>) {
    let wall = |heat: &str, name: &str| row(rows, packages, heat, name).map(Row::wall);
    let mut wanted = |what: &str, ratio, bound| self::wanted(targets, packages, what, ratio, bound);
    let ours = wall(PLAIN, OURS);
    wanted("not verified / cargo", over(ours, wall(PLAIN, CARGO)), AtMost(1.15));
    wanted("cargo workspaces / not verified", over(wall(PLAIN, PEER), ours), AtLeast(2.5));
    let ours = wall(VERIFIED, OURS);
    wanted("verified / cargo", over(ours, wall(VERIFIED, CARGO)), AtMost(0.5));
    let plain = wall(VERIFIED, super::UNVERIFIED);
    wanted("verified before / not verified", over(wall(VERIFIED, AGAIN), plain), AtMost(1.3));
    let (ours, cargo) = (wall(LATENT, OURS), wall(LATENT, CARGO));
    wanted("100 ms latency / cargo", over(ours, cargo), AtMost(1.15 * 1.2));
    #[expect(clippy::cast_precision_loss, reason = "a short time, few layers")]
    let lags = LAYERS as f64 * LAG_MS as f64 / 1_000.0;
    wanted("2 s index lag / depth x lag", over(wall(LATE, OURS), Some(lags)), AtMost(1.1));
    wanted("2 s index lag, database, in seconds", wall(LATE, DATABASE), AtMost(5.0));
    let peaks = rows.iter().filter(|it| it.packages == packages && it.name.starts_with(OURS));
    let peak = peaks.filter_map(|row| row.median(|time| time.peak_mib)).reduce(f64::max);
    wanted("peak memory in MiB, children aside", peak, AtMost(200.0));
}

fn wanted(
    targets: &mut Vec<Target>,
    packages: usize,
    what: &str,
    ratio: Option<f64>,
    bound: Bound,
) {
    let (workspace, what) = (format!("{packages} packages"), what.to_owned());
    targets.extend(ratio.map(|ratio| Target { workspace, what, bound, ratio }));
}

/// A row of somebody who published everything.
fn row<'a>(rows: &'a [Row], packages: usize, heat: &str, name: &str) -> Option<&'a Row> {
    let is_it = |row: &&Row| row.packages == packages && row.heat == heat && row.name == name;
    rows.iter().find(is_it).filter(|row| row.published() == packages)
}

fn over(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(one? / other?).filter(|ratio| ratio.is_finite())
}
