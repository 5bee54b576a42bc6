//! Kills a publish or a rollback at random moments, resumes it, and compares what came of it with
//! one that nobody disturbed. `worlds.rs` makes the worlds, `moment.rs` chooses when.

mod moment;
mod worlds;

use crate::arguments::Arguments;
use crate::random::Random;
use crate::support::snapshot::{differences, needless_uploads};
use moment::{Whom, moment};
use std::collections::BTreeMap;
use std::time::Instant;
use worlds::Worlds;

/// Kills as often as asked and prints a row for each.
///
/// # Errors
/// When one of the worlds differs from the undisturbed one.
pub(crate) fn run(mut arguments: Arguments) -> Result<(), String> {
    let times = arguments.option("--times")?.unwrap_or(30_usize);
    let seed = arguments.option("--seed")?.unwrap_or(1_u64);
    let worlds = Worlds::new(&mut arguments)?;
    arguments.end()?;

    println!("an undisturbed {} of {} first", worlds.victim(), worlds.workspace());
    let calm = worlds.undisturbed()?;
    println!(
        "took {:.2} s and told {} lines; killing {times} times within that, seed {seed}\n",
        calm.took.as_secs_f64(),
        calm.lines
    );
    println!(
        "  kill  when               whom       was at                      there was          \
         resumes  the same world"
    );
    let mut random = Random(seed);
    let mut converged = 0;
    let mut mended = 0;
    let mut found = BTreeMap::new();
    let start = Instant::now();
    for number in 1..=times {
        let world = worlds.fresh()?;
        let moment = moment(&mut random, &calm);
        let whom = if random.next().is_multiple_of(2) { Whom::Program } else { Whom::Family };
        let at = worlds.killed(&world, moment, whom);
        let left = worlds.forget(&world);
        let by_hand = world.mend(whom);
        let resumes = worlds.resume(&world);
        let wrong = compare(&world.sandbox, &calm.left, resumes);
        let verdict = if wrong.is_empty() { "yes" } else { "NO" };
        println!(
            "  {number:>4}  {:<17}  {:<9}  {at:<26}  {left:<17}  {:>7}  {verdict}",
            moment.words(),
            whom.word(),
            resumes.map_or_else(|| "-".to_owned(), |count| count.to_string()),
        );
        mended += usize::from(!by_hand.is_empty());
        for line in &by_hand {
            println!("        {line}");
        }
        for line in &wrong {
            println!("        {line}");
        }
        converged += usize::from(wrong.is_empty());
        *found.entry(left).or_insert(0_usize) += 1;
    }
    let found: Vec<_> = found.iter().map(|(left, count)| format!("{count} with {left}")).collect();
    println!("\nresumed {}; {:.0} s", found.join(", "), start.elapsed().as_secs_f64());
    if mended > 0 {
        println!("{mended} times registry or remote themselves had to be mended first");
    }
    println!("{converged} of {times} converged");
    if converged == times { Ok(()) } else { Err("not every world is the same".to_owned()) }
}

/// What differs from the undisturbed world, one line each.
fn compare(sandbox: &crate::support::Sandbox, wanted: &str, resumes: Option<usize>) -> Vec<String> {
    if resumes.is_none() {
        return vec!["it was never done".to_owned()];
    }
    let mut lines = differences(wanted, &crate::support::snapshot::snapshot(sandbox));
    let needless = needless_uploads(sandbox);
    lines.extend(needless.iter().map(|upload| format!("{upload} was sent once too often")));
    lines
}
