//! What happens at each point of a run, and what was found wrong with it.

use std::fmt;

/// What must hold after every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// Nothing is sent before what it requires is visible with our bytes.
    DependenciesFirst,
    /// What is sent was durably intended before.
    IntentFirst,
    /// Every try sends the same bytes.
    OneContent,
    /// Nothing visible is sent again, and what is sent twice paid with a fault for each time.
    SentOnce,
    /// The remote has the release commit before the registry has anything.
    CommitFirst,
    /// A tag on the remote stands for a version that is out and ours.
    TagsAreProof,
    /// Done means that everything is visible with our bytes and tagged; taken back, that nothing is.
    Truth,
    /// A few processes without faults finish, or a stranger's version explains why not.
    Converges,
}

/// A law that did not hold, and the schedule that shows it.
#[derive(Debug, Clone)]
pub struct Broken {
    pub law: Law,
    pub what: String,
    pub faults: Vec<&'static str>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {} after {}", self.law, self.what, self.faults.join(", "))
    }
}

/// One point at which a world does one of several things; the first of them is no fault.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    pub options: u8,
    pub taken: u8,
}

/// What happens at the points of one run, first by the script, then without a fault.
#[derive(Debug, Default)]
pub struct Schedule {
    script: Vec<u8>,
    pub points: Vec<Point>,
    pub faults: Vec<&'static str>,
}

impl Schedule {
    pub fn new(script: Vec<u8>) -> Self {
        Self { script, ..Self::default() }
    }

    /// What happens at the next point.
    pub fn choose<T: Copy + Into<&'static str>>(&mut self, options: &[T]) -> T {
        let taken = self.script.get(self.points.len()).copied().unwrap_or(0);
        let count = u8::try_from(options.len()).expect("a handful");
        self.points.push(Point { options: count, taken });
        let option = options[usize::from(taken)];
        if taken > 0 {
            self.faults.push(option.into());
        }
        option
    }
}
