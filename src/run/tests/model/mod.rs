//! Every schedule with a bounded number of faults, tried on the loop itself.
//!
//! A schedule says at each point where the world could do otherwise (an answer, a look, a push, a
//! write of the journal) what it does. Each is followed until it ends, through as many processes as
//! that takes, and judged by laws that hold after every event. Mutants are the same loop with one
//! rule left out: the laws are worth something only if they tell those apart.

mod explore;
mod mutant;
mod planet;
mod schedule;

use explore::{Explored, explore};
use mutant::Mutant;
use planet::Packages;
use schedule::Law;

/// A chain, where everything waits for what is below.
const CHAIN: Packages = &[("a", &[]), ("b", &["a"]), ("c", &["b"])];
/// Two that go together, and one that waits for the first of them.
const FORK: Packages = &[("a", &[]), ("d", &[]), ("b", &["a"])];

fn holds(explored: &Explored) {
    let broken: Vec<String> = explored.broken.iter().map(ToString::to_string).collect();
    assert_eq!(broken, Vec::<String>::new(), "of {} schedules", explored.schedules);
}

#[test]
fn two_faults_anywhere_break_no_law() {
    for packages in [CHAIN, FORK] {
        let explored = explore(packages, 2, Mutant::None, None);
        holds(&explored);
        assert!(explored.schedules > 1_000, "{} schedules", explored.schedules);
        assert!(explored.done > 0 && explored.strangers > 0 && explored.taken_back > 0);
    }
}

#[test]
#[ignore = "some 10⁵ schedules, minutes where nothing is optimized"]
fn three_faults_anywhere_break_no_law() {
    for packages in [CHAIN, FORK] {
        holds(&explore(packages, 3, Mutant::None, None));
    }
}

#[test]
fn each_rule_left_out_breaks_the_law_it_is_there_for() {
    let caught = [
        (Mutant::TrustsTheAnswer, Law::Truth),
        (Mutant::TakesAnyBytes, Law::Truth),
        (Mutant::TakesAnyBytes, Law::DependenciesFirst),
        (Mutant::TakesNoAnswerForAbsence, Law::SentOnce),
        (Mutant::SendsWithoutIntent, Law::IntentFirst),
        (Mutant::PacksAgain, Law::OneContent),
        (Mutant::SendsAgainUnasked, Law::SentOnce),
        (Mutant::ForgetsDoubts, Law::SentOnce),
        (Mutant::TakesDuplicatesForOurs, Law::Truth),
        (Mutant::IgnoresNeeds, Law::DependenciesFirst),
        (Mutant::TagsFirst, Law::TagsAreProof),
        (Mutant::PushesLast, Law::CommitFirst),
        (Mutant::IgnoresRefusedPushes, Law::Truth),
        (Mutant::GivesUpOnce, Law::Converges),
    ];
    for (mutant, law) in caught {
        let explored = explore(CHAIN, 2, mutant, Some(law));
        let found: Vec<Law> = explored.broken.iter().map(|broken| broken.law).collect();
        assert!(found.contains(&law), "{mutant:?} breaks {law:?}; found {found:?}");
    }
}
