//! The one checker: the properties that hold whatever goes wrong, after every run and at the end.
//!
//! It looks at what the proxy saw, what the registry holds, the refs of both repositories, the
//! tree, the exit code and what was printed, and believes none of them alone.

use super::exchange::Exchange;
use super::fault::Operation;
use super::row::Row;
use super::victim::{Ran, files_with};
use super::world::{Template, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What is remembered from one run of a row to the next.
pub(super) struct Checker<'a> {
    world: &'a World,
    template: &'a Template,
    row: &'a Row,
    /// What git said of the tree before the first run.
    status: BTreeSet<String>,
    /// Tags on the remote as they were seen first.
    tags: BTreeMap<String, String>,
    /// What was broken: the property and how.
    pub(super) violations: BTreeSet<String>,
    /// How often the process was killed.
    pub(super) kills: usize,
}

impl<'a> Checker<'a> {
    pub(super) fn new(world: &'a World, template: &'a Template, row: &'a Row) -> Self {
        let tags = tags_of(&world.scene.refs(&world.scene.remote));
        let status = status(world);
        Self { world, template, row, status, tags, violations: BTreeSet::new(), kills: 0 }
    }

    fn broken(&mut self, property: &str, how: impl std::fmt::Display) {
        self.violations.insert(format!("{property} {how}"));
    }

    /// After every run.
    pub(super) fn after(&mut self, ran: &Ran) {
        self.kills += usize::from(ran.code.is_none());
        self.said(ran);
        self.tree(ran.code.is_none());
        self.tags();
        if self.is_rollback() {
            self.yanks();
        } else {
            self.truth(ran);
            self.uploads();
        }
    }

    fn is_rollback(&self) -> bool {
        self.row.victim.arguments.iter().any(|word| word == "yank-rollback")
    }

    /// No panic, no hang, no secret, nothing that moves a terminal or commands a CI.
    fn said(&mut self, ran: &Ran) {
        if ran.hung {
            self.broken("hang", "it had to be killed");
        }
        if ran.code == Some(1) || ran.stderr.contains("this is a bug") {
            self.broken("panic", ran.stderr.lines().next().unwrap_or_default());
        }
        let token = self.world.sandbox.endpoint().token.clone();
        if ran.stdout.contains(&token) || ran.stderr.contains(&token) {
            self.broken("P17", "the token was printed");
        }
        if self.world.proxy.leaked() > 0 {
            self.broken("P17", "the token went to another server");
        }
        for line in ran.stderr.lines().chain(ran.stdout.lines()) {
            let hostile =
                |c: char| c.is_control() && c != '\t' || ('\u{202a}'..='\u{202e}').contains(&c);
            if line.starts_with("::") || line.contains("##[") || line.chars().any(hostile) {
                self.broken("P18", format!("printed {line:?}"));
            }
        }
    }

    /// Every planned file is as it was or as it becomes, and no other file changed. What a killed
    /// process staged beside its targets goes with the resume.
    fn tree(&mut self, was_killed: bool) {
        if self.row.own_tree {
            return;
        }
        let new = status(self.world).difference(&self.status).cloned().collect::<Vec<_>>();
        for entry in new {
            if was_killed && entry.contains(".orchestrate-staged-") {
                continue;
            }
            let file = self.template.files.get(Path::new(&entry[3..]));
            let now = fs::read(self.world.scene.work.join(&entry[3..])).unwrap_or_default();
            if file.is_none_or(|[before, after]| now != *before && now != *after) {
                self.broken("P10", format!("`{entry}` in the tree, neither old nor new"));
            }
        }
    }

    /// Tags never move or go, and stand only for what the registry holds.
    fn tags(&mut self) {
        if !self.world.scene.remote.is_dir() {
            return;
        }
        let now = tags_of(&self.world.scene.refs(&self.world.scene.remote));
        for (tag, object) in self.tags.clone() {
            if now.get(&tag) != Some(&object) {
                self.broken("P8", format!("{tag} was moved or deleted"));
            }
        }
        let held = self.world.held();
        let journal = self.world.scene.journal();
        for (name, version) in &self.template.planned {
            let tag = format!("refs/tags/{name}-v{version}");
            let checksum = held.get(&(name.clone(), version.clone()));
            let is_ours = checksum.is_some_and(|checksum| journal.contains(checksum.as_str()));
            if now.contains_key(&tag) && !is_ours && !self.tags.contains_key(&tag) {
                self.violations.insert(format!("P8 {tag} stands for what is not out"));
            }
        }
        self.tags.extend(now);
    }

    /// The report is the registry's state, and exit 0 is said when all is out and tagged.
    fn truth(&mut self, ran: &Ran) {
        let held = self.world.held();
        let journal = self.world.scene.journal();
        let ours = |key: &(String, String)| {
            held.get(key).is_some_and(|checksum| journal.contains(checksum.as_str()))
        };
        for (key, state) in ran.states() {
            let is_out = ours(&key);
            let lie = match state.as_str() {
                "visible" => !is_out && !self.row.registry_lies,
                "foreign" => is_out || !held.contains_key(&key),
                "in-doubt" | "lost" => false,
                _ => is_out,
            };
            if lie {
                self.broken("P7", format!("{} {} is not {state}", key.0, key.1));
            }
        }
        if ran.code == Some(0) {
            let refs = self.world.scene.refs(&self.world.scene.remote);
            for (name, version) in &self.template.planned {
                if !ours(&(name.clone(), version.clone())) {
                    self.violations.insert(format!("P7 exit 0 without {name} {version}"));
                }
                if !refs.contains_key(&format!("refs/tags/{name}-v{version}")) {
                    self.violations.insert(format!("P7 exit 0 without the tag of {name}"));
                }
            }
        }
        let outcome = ran.document().map(|document| document["outcome"].clone());
        let fits = match (&outcome, ran.code) {
            (None, _) | (_, None) => true,
            (Some(outcome), Some(code)) => matches!(
                (outcome.as_str().unwrap_or_default(), code),
                ("done", 0)
                    | ("refused", 97 | 101)
                    | ("resumable", 100)
                    | ("needs-decision", 105)
                    | ("interrupted", 130)
            ),
        };
        if !fits {
            self.broken("P7", format!("{outcome:?} with exit code {:?}", ran.code));
        }
    }

    /// Order, intent, sameness, and how often.
    fn uploads(&mut self) {
        let exchanges = self.world.proxy.exchanges();
        let held = self.world.held();
        let puts: Vec<(usize, &Exchange)> = exchanges
            .iter()
            .enumerate()
            .filter(|(_, it)| it.operation == Operation::Publish)
            .collect();
        let mut contents: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (at, put) in &puts {
            let what = format!("{} {}", put.package, put.version);
            let is_cut = put.faults.iter().any(|fault| fault == "CutMidBody");
            if let Some(bytes) = put.bytes.filter(|_| !is_cut) {
                let first = *contents.entry((&put.package, &put.version)).or_insert(bytes);
                if first != bytes {
                    self.broken("P3", format!("{what} was sent with other bytes"));
                }
            }
            let Some(witness) = &put.witness else { continue };
            if !witness.intent {
                self.broken("P2", format!("{what} was sent before the journal said so"));
            }
            if witness.remote.contains_key(&format!("refs/tags/{}-v{}", put.package, put.version)) {
                self.broken("P8", format!("{what} was tagged before it was sent"));
            }
            let before = &exchanges[..*at];
            for need in put.needs.iter().filter(|need| self.template.planned.contains_key(*need)) {
                let version = &self.template.planned[need];
                let checksum = held.get(&(need.clone(), version.clone()));
                let seen = |it: &Exchange| {
                    it.package == *need
                        && it.shown.iter().any(|shown| {
                            shown.version == *version && Some(&shown.checksum) == checksum
                        })
                };
                if !before.iter().any(seen) {
                    self.broken("P1", format!("{what} was sent before {need} was seen"));
                }
            }
            let own = held.get(&(put.package.clone(), put.version.clone()));
            let seen =
                |it: &&Exchange| it.package == put.package && it.operation == Operation::Index;
            let shown = before.iter().filter(seen).flat_map(|it| &it.shown);
            let is_shown = shown
                .into_iter()
                .any(|shown| shown.version == put.version && Some(&shown.checksum) == own);
            if is_shown && !self.row.registry_lies {
                self.broken("P4", format!("{what} was sent after it was seen"));
            }
        }
        for (name, version) in &self.template.planned {
            let of = |it: &&(usize, &Exchange)| it.1.package == *name && it.1.version == *version;
            let sent = puts.iter().filter(of).count();
            let done = puts.iter().filter(of).filter(|(_, it)| it.done).count();
            let spoiled = puts.iter().filter(of).filter(|(_, it)| it.spoiled).count();
            if done > 1 && !self.row.registry_lies {
                self.broken("P4", format!("{name} was accepted {done} times"));
            }
            if sent > 1 + spoiled + self.kills && !self.row.registry_lies {
                self.broken("P4", format!("{name} was sent {sent} times, {spoiled} spoiled"));
            }
        }
    }

    /// Dependants first, nothing that was not planned, and written down before.
    fn yanks(&mut self) {
        let exchanges = self.world.proxy.exchanges();
        let mut needs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in self.world.sandbox.published() {
            if self.template.planned.get(&entry.name) == Some(&entry.version) {
                let names = entry.dependencies.iter().filter_map(|it| it.split(' ').next());
                needs.insert(entry.name.clone(), names.map(str::to_owned).collect());
            }
        }
        let mut yanked: BTreeSet<String> = BTreeSet::new();
        let undoes = self.row.victim.arguments.iter().any(|word| word == "--undo");
        if undoes {
            yanked = self.template.planned.keys().cloned().collect();
        }
        for exchange in &exchanges {
            let live = |name: &String| !yanked.contains(name);
            let what = format!("{} {}", exchange.package, exchange.version);
            match exchange.operation {
                Operation::Yank => {
                    let needed = needs.iter().any(|(name, needs)| {
                        live(name) && *name != exchange.package && needs.contains(&exchange.package)
                    });
                    if needed && live(&exchange.package) {
                        self.broken("P14", format!("{what} was yanked before what needs it"));
                    }
                }
                Operation::Unyank => {
                    let own = needs.get(&exchange.package).cloned().unwrap_or_default();
                    if own.iter().any(|need| yanked.contains(need)) {
                        self.broken("P14", format!("{what} came back before what it needs"));
                    }
                }
                _ => continue,
            }
            if self.template.planned.get(&exchange.package) != Some(&exchange.version) {
                self.broken("R05", format!("{what} was never planned"));
            }
            if exchange.witness.as_ref().is_some_and(|witness| !witness.intent) {
                self.broken("P2", format!("{what} was yanked before the journal said so"));
            }
            if exchange.done && exchange.operation == Operation::Yank {
                yanked.insert(exchange.package.clone());
            } else if exchange.done {
                yanked.remove(&exchange.package);
            }
        }
    }

    /// Once all is done: the release commit was on the remote before the first upload, and nothing
    /// that was written holds the token.
    pub(super) fn at_the_end(&mut self) {
        let exchanges = self.world.proxy.exchanges();
        let first = exchanges.iter().find(|it| it.operation == Operation::Publish);
        let tag = self.template.planned.iter().next();
        if let (Some(first), Some((name, version))) = (first, tag) {
            let commit = format!("{name}-v{version}^{{commit}}");
            let commit = self.world.scene.git(&self.world.scene.remote, &["rev-parse", &commit]);
            let witness = first.witness.as_ref();
            let is_there =
                |it: &super::exchange::Witness| it.remote.values().any(|oid| *oid == commit);
            if !witness.is_some_and(is_there) {
                self.broken("P9", "the first upload came before the release commit was pushed");
            }
        }
        let token = self.world.sandbox.endpoint().token.clone();
        for file in files_with(&self.world.scene.root, &token) {
            self.broken("P17", format!("the token is in {file}"));
        }
    }
}

/// What git says of the tree, entry by entry.
fn status(world: &World) -> BTreeSet<String> {
    // Not trimmed: the first column may be a space.
    let text = world.scene.git_raw(&world.scene.work, &["status", "--porcelain", "-z"]);
    text.split('\0').filter(|entry| entry.len() > 3).map(str::to_owned).collect()
}

fn tags_of(refs: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let tags = refs.iter().filter(|(name, _)| name.starts_with("refs/tags/"));
    tags.map(|(name, object)| (name.clone(), object.clone())).collect()
}
