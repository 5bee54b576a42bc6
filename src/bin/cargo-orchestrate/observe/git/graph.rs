//! The commits behind HEAD, read once for every question about them.
//!
//! Each commit object is read a single time and reduced to what questions need: its parents, tree,
//! time, and what its message says about whose it is. Everything else (which tags HEAD contains,
//! which commits are newer than which baseline) is then a matter of memory.

use super::kept::{ById, Kept};
use crate::observe::ObserveError;
use cargo_orchestrate::facts;
use git2::{ErrorCode, ObjectType, Odb, Oid, Repository};
use std::cell::OnceCell;
use std::collections::{BinaryHeap, HashMap};

/// The history of HEAD, and of the baselines that lie beside it.
#[derive(Debug, Clone)]
pub(in crate::observe) struct Graph {
    pub(super) nodes: Vec<Node>,
    index: HashMap<Oid, usize, ById>,
    /// How many of the nodes, from the first on, HEAD contains.
    of_head: usize,
    newest_first: OnceCell<Vec<usize>>,
}

/// One commit.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) id: Oid,
    /// Nothing for a commit that a shallow clone left out.
    pub(super) tree: Option<Oid>,
    pub(super) parents: Vec<usize>,
    /// Seconds since 1970, by the committer's clock.
    pub(super) time: i64,
    /// The scope of a conventional message.
    pub(super) scope: Option<Box<str>>,
    /// Whether a release of this program made it.
    pub(super) is_own: bool,
}

impl Node {
    /// Whether the commit itself is there; a shallow clone names parents that it does not have.
    pub(super) fn is_present(&self) -> bool {
        self.tree.is_some()
    }
}

impl Graph {
    /// Reads everything behind `head`.
    pub(in crate::observe) fn load(
        repository: &Repository,
        kept: &mut Kept,
        head: Oid,
    ) -> Result<Self, ObserveError> {
        let count = kept.count();
        let mut graph = Self {
            nodes: Vec::with_capacity(count),
            index: HashMap::with_capacity_and_hasher(count, ById::default()),
            of_head: 0,
            newest_first: OnceCell::new(),
        };
        graph.extend(repository, kept, head)?;
        graph.of_head = graph.nodes.len();
        Ok(graph)
    }

    /// Reads what is behind `tip` as well, without it counting as contained in HEAD.
    pub(super) fn extend(
        &mut self,
        repository: &Repository,
        kept: &mut Kept,
        tip: Oid,
    ) -> Result<usize, ObserveError> {
        self.newest_first = OnceCell::new();
        let odb = repository.odb().map_err(ObserveError::git("the object database"))?;
        let is_shallow = repository.is_shallow();
        let mut ahead: Vec<Oid> = Vec::new();
        let start = self.number(tip, &mut ahead);
        let mut next = 0;
        while let Some(&id) = ahead.get(next) {
            next += 1;
            // A clone that was made shallow later lacks commits that were read before.
            let known = if is_shallow { None } else { kept.commit(id) };
            let node = if let Some(record) = known {
                self.node(id, record, &mut ahead)
            } else {
                match Record::read(&odb, id) {
                    Ok(record) => {
                        kept.keep_commit(id, &record);
                        self.node(id, &record, &mut ahead)
                    }
                    Err(error) if is_shallow && error.code() == ErrorCode::NotFound => {
                        Node::absent(id)
                    }
                    Err(error) => {
                        return Err(ObserveError::git(format!("the commit `{id}`"))(error));
                    }
                }
            };
            self.nodes.push(node);
        }
        Ok(start)
    }

    fn node(&mut self, id: Oid, record: &Record, ahead: &mut Vec<Oid>) -> Node {
        Node {
            id,
            tree: Some(record.tree),
            parents: record.parents.iter().map(|parent| self.number(*parent, ahead)).collect(),
            time: record.time,
            scope: record.scope.clone(),
            is_own: record.is_own,
        }
    }

    /// The place of a commit among the nodes; a new one joins the queue that fills them.
    fn number(&mut self, id: Oid, ahead: &mut Vec<Oid>) -> usize {
        let next = self.index.len();
        *self.index.entry(id).or_insert_with(|| {
            ahead.push(id);
            next
        })
    }

    /// The node of a commit that was read.
    pub(super) fn find(&self, id: Oid) -> Option<usize> {
        self.index.get(&id).copied()
    }

    /// Whether the first node, the commit of HEAD, is this one.
    pub(super) fn is_of(&self, head: Oid) -> bool {
        self.nodes.first().is_some_and(|node| node.id == head)
    }

    /// Whether HEAD contains the commit of this node.
    pub(super) fn is_behind_head(&self, node: usize) -> bool {
        node < self.of_head
    }

    /// Whether HEAD contains this commit.
    pub(super) fn contains(&self, id: Oid) -> bool {
        self.find(id).is_some_and(|node| self.is_behind_head(node))
    }

    /// All nodes, children before their parents, else the newest first; commits of one second by
    /// their ids, so that the order is always the same.
    pub(super) fn newest_first(&self) -> &[usize] {
        self.newest_first.get_or_init(|| self.order())
    }

    fn order(&self) -> Vec<usize> {
        let mut children = vec![0_usize; self.nodes.len()];
        for parent in self.nodes.iter().flat_map(|node| &node.parents) {
            children[*parent] += 1;
        }
        let key = |at: usize| (self.nodes[at].time, self.nodes[at].id, at);
        let mut ready: BinaryHeap<_> =
            (0..self.nodes.len()).filter(|at| children[*at] == 0).map(key).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some((_, _, at)) = ready.pop() {
            order.push(at);
            for parent in &self.nodes[at].parents {
                children[*parent] -= 1;
                if children[*parent] == 0 {
                    ready.push(key(*parent));
                }
            }
        }
        order
    }

    /// For every node, which of `tips` contain it; `order` is [`Self::newest_first`].
    pub(super) fn contained_in(&self, tips: &[usize], order: &[usize]) -> Marks {
        let words = tips.len().div_ceil(64).max(1);
        let mut marks = Marks { words, bits: vec![0; self.nodes.len() * words] };
        for (bit, tip) in tips.iter().enumerate() {
            marks.bits[tip * words + bit / 64] |= 1 << (bit % 64);
        }
        for &at in order {
            for &parent in &self.nodes[at].parents {
                for word in 0..words {
                    let inherited = marks.bits[at * words + word];
                    marks.bits[parent * words + word] |= inherited;
                }
            }
        }
        marks
    }
}

/// A set of numbers for each node.
#[derive(Debug)]
pub(super) struct Marks {
    words: usize,
    bits: Vec<u64>,
}

impl Marks {
    /// Whether the set of `node` has `number`.
    pub(super) fn has(&self, node: usize, number: usize) -> bool {
        self.bits[node * self.words + number / 64] & (1 << (number % 64)) != 0
    }
}

impl Node {
    fn absent(id: Oid) -> Self {
        Self { id, tree: None, parents: Vec::new(), time: 0, scope: None, is_own: false }
    }
}

/// A commit object, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) tree: Oid,
    pub(super) parents: Vec<Oid>,
    pub(super) time: i64,
    pub(super) scope: Option<Box<str>>,
    pub(super) is_own: bool,
}

impl Record {
    fn read(odb: &Odb<'_>, id: Oid) -> Result<Self, git2::Error> {
        let object = odb.read(id)?;
        if object.kind() != ObjectType::Commit {
            return Err(git2::Error::from_str("the object is not a commit"));
        }
        let (header, message) = split(object.data());
        let (mut tree, mut parents, mut time) = (None, Vec::new(), 0);
        for line in header.split(|byte| *byte == b'\n') {
            if let Some(hex) = line.strip_prefix(b"tree ") {
                tree = Some(oid(hex)?);
            } else if let Some(hex) = line.strip_prefix(b"parent ") {
                parents.push(oid(hex)?);
            } else if let Some(who) = line.strip_prefix(b"committer ") {
                time = seconds(who);
                break;
            }
        }
        let tree = tree.ok_or_else(|| git2::Error::from_str("the commit has no tree"))?;
        let message = String::from_utf8_lossy(message);
        let (scope, is_own) = (facts::scope(&message), facts::is_own_commit(&message));
        Ok(Self { tree, parents, time, scope: scope.map(Into::into), is_own })
    }
}

/// The message of a commit as text; bytes that are no UTF-8 are replaced.
pub(super) fn message(repository: &Repository, id: Oid) -> Result<String, ObserveError> {
    let odb = repository.odb().map_err(ObserveError::git("the object database"))?;
    let object = odb.read(id).map_err(ObserveError::git(format!("the commit `{id}`")))?;
    Ok(String::from_utf8_lossy(split(object.data()).1).into_owned())
}

/// The header of a commit object and its message. Lines that continue a header begin with a space,
/// so the first empty line ends it.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    match data.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, b""),
    }
}

fn oid(hex: &[u8]) -> Result<Oid, git2::Error> {
    Oid::from_str(&String::from_utf8_lossy(hex))
}

fn seconds(who: &[u8]) -> i64 {
    let text = String::from_utf8_lossy(who);
    text.rsplit(' ').nth(1).and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}
