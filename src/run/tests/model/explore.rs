//! Following every schedule to its end.

use super::mutant::Mutant;
use super::planet::{Here, Packages, Planet, Shared, uploads};
use super::schedule::{Broken, Law, Schedule};
use crate::plan::{Action, Step, TagPoint};
use crate::run::tests::sim::{Silent, id, upload};
use crate::run::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// Processes without a fault that must be enough after the last fault.
const RESUMES: usize = 2;

/// What came of all schedules.
#[derive(Debug, Default)]
pub struct Explored {
    pub schedules: usize,
    pub done: usize,
    pub taken_back: usize,
    /// Ended at a stranger's version, for a person to decide.
    pub strangers: usize,
    /// The first schedule for each law that did not hold.
    pub broken: Vec<Broken>,
}

/// Follows every schedule with at most so many faults, or those before the first that breaks `law`.
pub fn explore(packages: Packages, faults: usize, mutant: Mutant, law: Option<Law>) -> Explored {
    let steps = steps(packages, mutant);
    let mut explored = Explored::default();
    let mut scripts = vec![Vec::new()];
    while let Some(script) = scripts.pop() {
        let known = script.len();
        let planet = Rc::new(RefCell::new(Planet::new(packages, Schedule::new(script), mutant)));
        explored.schedules += 1;
        follow(&planet, &steps, faults, &mut explored);
        let planet = planet.borrow();
        for broken in &planet.broken {
            if explored.broken.iter().all(|known| known.law != broken.law) {
                explored.broken.push(broken.clone());
            }
        }
        if explored.broken.iter().any(|broken| Some(broken.law) == law) {
            break;
        }
        if planet.schedule.faults.len() >= faults {
            continue;
        }
        let points = &planet.schedule.points;
        for (at, point) in points.iter().enumerate().skip(known) {
            for option in 1..point.options {
                let mut script: Vec<u8> = points[..at].iter().map(|point| point.taken).collect();
                script.push(option);
                scripts.push(script);
            }
        }
    }
    explored
}

/// One process after the other, until the run is over.
fn follow(planet: &Shared, steps: &[Step], faults: usize, explored: &mut Explored) {
    for _ in 0..=faults + RESUMES {
        planet.borrow_mut().begin_process();
        let mut state = RunState::fold(planet.borrow().events.iter());
        let mut patience = Patience::new(Duration::from_hours(1), Duration::from_mins(2));
        let (mut world, mut log) = (Here(Rc::clone(planet)), Here(Rc::clone(planet)));
        let outcome = drive(steps, &mut state, &mut patience, &mut world, &mut log, &mut Silent);
        let mut planet = planet.borrow_mut();
        match outcome {
            Ok(Outcome::Done) => {
                explored.done += 1;
                return planet.judge_done(steps);
            }
            Ok(Outcome::TakenBack(_)) => {
                explored.taken_back += 1;
                return planet.judge_taken_back();
            }
            Ok(Outcome::Stopped(stops))
                if planet.has_stranger()
                    && stops.iter().any(|stop| stop.reason == StopReason::Foreign) =>
            {
                explored.strangers += 1;
                return;
            }
            _ => {}
        }
    }
    planet.borrow_mut().breaks(Law::Converges, "the run is not over");
}

/// The steps of a release of these packages, each with those it requires.
fn steps(packages: Packages, mutant: Mutant) -> Vec<Step> {
    let names: Vec<&str> = packages.iter().map(|(name, _)| *name).collect();
    let step = |name: &str, action, needs: &[String]| Step {
        id: id(name),
        action,
        needs: needs.iter().map(|need| id(need)).collect(),
    };
    let all: Vec<String> = names.iter().map(|name| format!("upload:{name}")).collect();
    let pushed = vec!["push-commit".to_owned()];
    let commit = |needs: &[String]| {
        let action = Action::PushCommit { remote: "origin".into(), branch: "main".into() };
        step("push-commit", action, needs)
    };
    let mut steps = Vec::new();
    if mutant != Mutant::PushesLast {
        steps.push(commit(&[]));
    }
    for (name, requires) in packages {
        let mut needs = if mutant == Mutant::PushesLast { vec![] } else { pushed.clone() };
        if mutant != Mutant::IgnoresNeeds {
            needs.extend(requires.iter().map(|on| format!("upload:{on}")));
        }
        steps.push(step(&format!("upload:{name}"), Action::Upload(upload(name)), &needs));
    }
    if mutant == Mutant::PushesLast {
        steps.push(commit(&all));
    }
    let tag =
        |name: &&str| TagPoint { name: (*name).to_owned(), message: String::new(), commit: None };
    let before_tags = if mutant == Mutant::TagsFirst { &pushed } else { &all };
    steps.push(step("tag", Action::Tag { tags: names.iter().map(tag).collect() }, before_tags));
    let push_tags = Action::PushTags {
        remote: "origin".into(),
        tags: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    steps.push(step("push-tags", push_tags, &["tag".to_owned()]));
    debug_assert_eq!(uploads(&steps).count(), names.len(), "one upload per package");
    steps
}
