//! A row of the table: a fault, and how it must end.

use super::fault::{Fault, On};
use super::victim::Victim;
use super::world::{Beginning, World};

/// How the first run must end, and what follows.
#[derive(Debug, Clone, Copy)]
pub enum Expect {
    /// It gets through by itself.
    Done,
    /// It is refused with one of these codes, and nothing at all changed.
    Refused(&'static [i32]),
    /// It stops with one of these codes, or gets through; resumed without the fault it is done.
    Stops(&'static [i32]),
    /// A signal ends it; resumed it is done.
    Killed,
    /// A signal ends it; run again it does nothing, and says why.
    Halts,
    /// It ends somehow, and says so without a panic; run again it is done.
    Somehow,
    /// A person has to decide, now and when it is run again; what is out stays as it is.
    Decision,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: &'static str,
    /// The fault in words.
    pub words: &'static str,
    pub beginning: Beginning,
    pub victim: Victim,
    /// What the environment of the first run and of the first resume says besides.
    pub told_once: [Vec<(String, String)>; 2],
    pub faults: Vec<(On, Fault)>,
    /// Faults that begin once the package was uploaded.
    pub armed: Vec<(On, Fault)>,
    /// Faults of the first resume.
    pub later: Vec<(On, Fault)>,
    /// What happens before the first run.
    pub before: Option<fn(&World)>,
    /// What happens between the first run and the next.
    pub between: Option<fn(&World)>,
    pub expect: Expect,
    /// How many uploads are sent in all, where that is certain.
    pub puts: Option<usize>,
    /// What the first run must say on stderr or in its JSON.
    pub says: &'static [&'static str],
    /// What the registry itself does wrong: it may store twice, lose, or answer for another.
    pub registry_lies: bool,
    /// Branch and tree hold more than the release in the end: somebody else worked there.
    pub own_tree: bool,
    /// The world ends otherwise than an undisturbed one; only the properties count.
    pub own_end: bool,
}

/// A release of the chain.
pub fn publish(id: &'static str, words: &'static str) -> Row {
    Row {
        id,
        words,
        beginning: Beginning::Played("chain"),
        victim: Victim::publish(),
        told_once: [Vec::new(), Vec::new()],
        faults: Vec::new(),
        armed: Vec::new(),
        later: Vec::new(),
        before: None,
        between: None,
        expect: Expect::Done,
        puts: None,
        says: &[],
        registry_lies: false,
        own_tree: false,
        own_end: false,
    }
}

/// The rollback of a release of the chain.
pub fn rollback(id: &'static str, words: &'static str) -> Row {
    let beginning = Beginning::Released("chain");
    Row { beginning, victim: Victim::rollback(), ..publish(id, words) }
}

impl Row {
    pub fn of(self, beginning: Beginning) -> Self {
        Self { beginning, ..self }
    }

    pub fn fault(mut self, on: On, fault: Fault) -> Self {
        self.faults.push((on, fault));
        self
    }

    /// The same for other requests than before.
    pub fn on(mut self, on: On) -> Self {
        if let Some((last, _)) = self.faults.last_mut() {
            *last = on;
        }
        self
    }

    /// A fault that begins once the package it names was uploaded.
    pub fn after_upload(mut self, on: On, fault: Fault) -> Self {
        self.armed.push((on, fault));
        self
    }

    pub fn later(mut self, on: On, fault: Fault) -> Self {
        self.later.push((on, fault));
        self
    }

    pub fn before(self, act: fn(&World)) -> Self {
        Self { before: Some(act), ..self }
    }

    pub fn between(self, act: fn(&World)) -> Self {
        Self { between: Some(act), ..self }
    }

    pub fn and(self, arguments: &[&str]) -> Self {
        Self { victim: self.victim.and(arguments), ..self }
    }

    pub fn told(self, name: &str, value: &str) -> Self {
        Self { victim: self.victim.told(name, value), ..self }
    }

    pub fn expect(self, expect: Expect) -> Self {
        Self { expect, ..self }
    }

    /// Stops as resumable, or gets through; resumed it is done.
    pub fn stops(self) -> Self {
        self.expect(Expect::Stops(&[100]))
    }

    pub fn puts(self, puts: usize) -> Self {
        Self { puts: Some(puts), ..self }
    }

    pub fn says(self, says: &'static [&'static str]) -> Self {
        Self { says, ..self }
    }

    pub fn registry_lies(self) -> Self {
        Self { registry_lies: true, ..self }
    }

    pub fn own_end(self) -> Self {
        Self { own_end: true, ..self }
    }

    pub fn own_tree(self) -> Self {
        Self { own_tree: true, ..self }
    }
}
