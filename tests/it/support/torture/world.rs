//! A world to torture: a sandbox whose program reaches its registry through the proxy.
//!
//! Playing a history takes stock Cargo seconds, so each is played once, and worlds are copies: the
//! folders, and the writes that the registry got.

use super::super::environment::Endpoint;
use super::super::registry::{Embedded, Settings};
use super::super::sandbox::{Sandbox, copy};
use super::super::snapshot::snapshot;
use super::message::Message;
use super::proxy::Proxy;
use super::scene::Scene;
use super::victim::{Ran, Victim};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A sandbox with a proxy before its registry.
#[derive(Debug)]
pub struct World {
    pub sandbox: Sandbox,
    pub scene: Scene,
    pub proxy: Proxy,
}

/// What all worlds of a kind begin with, and what an undisturbed run makes of them.
#[derive(Debug)]
pub struct Template {
    world: World,
    workspace: &'static str,
    writes: Vec<Message>,
    /// What is planned: package and version.
    pub planned: BTreeMap<String, String>,
    /// The files that change, as they were and as they become.
    pub files: BTreeMap<PathBuf, [Vec<u8>; 2]>,
    /// The snapshot that an undisturbed run leaves.
    pub calm: String,
    /// The seconds that took.
    pub seconds: f64,
}

/// What a world begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beginning {
    /// A test workspace with its history, about to be released.
    Played(&'static str),
    /// The same, released.
    Released(&'static str),
    /// The same, released and taken back.
    TakenBack(&'static str),
}

impl World {
    /// An empty world, for this workspace.
    fn empty(program: &Path, workspace: &str) -> Self {
        let registry = Embedded::start(program, &Settings::of(workspace));
        let direct = registry.endpoint().clone();
        let authority = direct.index.trim_start_matches("sparse+http://");
        let authority = authority.split('/').next().unwrap_or_default().to_owned();
        let mut sandbox = Sandbox::around(program, registry);
        let scene = Scene::new(sandbox.root(), &authority);
        let proxy = Proxy::start(&scene);
        let index = direct.index.replace(&authority, proxy.address());
        sandbox.reach(Endpoint { index, ..direct });
        scene.know(&sandbox.command(&[]));
        Self { sandbox, scene, proxy }
    }

    /// Runs the program to its end, or to the end of everybody's patience.
    pub fn run(&self, victim: &Victim) -> Ran {
        victim.run(self)
    }

    /// What the registry holds: package and version, with the checksum.
    pub fn held(&self) -> BTreeMap<(String, String), String> {
        let contents = self.scene.control("GET", "contents", None);
        let packages = contents["packages"].as_array().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let mut held = BTreeMap::new();
        for package in packages {
            for version in package["versions"].as_array().into_iter().flatten() {
                let key = (text(&package["name"]), text(&version["version"]));
                held.insert(key, text(&version["checksum"]));
            }
        }
        held
    }

    /// Everything that a refusal must leave as it was.
    pub fn state(&self) -> String {
        let Scene { work, remote, .. } = &self.scene;
        let status = self.scene.git(work, &["status", "--porcelain"]);
        let head = self.scene.git(work, &["rev-parse", "HEAD"]);
        let stash = self.scene.git(work, &["stash", "list"]);
        let (here, there) = (self.scene.refs(work), self.scene.refs(remote));
        let contents = self.scene.control("GET", "contents", None);
        format!("{head}\n{status}\n{stash}\n{here:#?}\n{there:#?}\n{contents:#}")
    }
}

impl Template {
    /// The template of a beginning, made once.
    pub fn of(program: &Path, beginning: Beginning) -> &'static Self {
        static MADE: Mutex<BTreeMap<Beginning, &'static Template>> = Mutex::new(BTreeMap::new());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(beginning).or_insert_with(|| Box::leak(Box::new(Self::make(program, beginning))))
    }

    fn make(program: &Path, beginning: Beginning) -> Self {
        let (Beginning::Played(workspace)
        | Beginning::Released(workspace)
        | Beginning::TakenBack(workspace)) = beginning;
        let mut world = World::empty(program, workspace);
        world.sandbox.load(workspace);
        let mut victim = Victim::publish();
        if beginning != Beginning::Played(workspace) {
            world.run(&victim).expect_code(0);
            victim = Victim::rollback();
        }
        if matches!(beginning, Beginning::TakenBack(_)) {
            world.run(&victim).expect_code(0);
            victim = Victim::undo();
        }
        let writes = world.proxy.writes();
        let mut template = Self {
            world,
            workspace,
            writes,
            planned: BTreeMap::new(),
            files: BTreeMap::new(),
            calm: String::new(),
            seconds: 0.0,
        };
        let calm = template.copy(program);
        let before = files_of(&calm.scene.work);
        let ran = calm.run(&victim);
        if ran.code != Some(0) {
            // A workspace that is refused: there is nothing to compare with.
            return template;
        }
        template.seconds = ran.seconds;
        template.planned = ran.planned();
        let after = files_of(&calm.scene.work);
        for (path, old) in before {
            let new = after.get(&path).cloned().unwrap_or_default();
            if new != old {
                template.files.insert(path, [old, new]);
            }
        }
        template.calm = snapshot(&calm.sandbox);
        template
    }

    /// A fresh world.
    pub fn copy(&self, program: &Path) -> World {
        let world = World::empty(program, self.workspace);
        for folder in ["greetings", "remote.git", "home"] {
            let to = world.scene.root.join(folder);
            fs::create_dir_all(&to).expect("a fresh folder takes a folder");
            copy(&self.world.scene.root.join(folder), &to);
        }
        let remote = world.scene.remote.to_string_lossy().into_owned();
        world.sandbox.git(&["remote", "set-url", "origin", &remote]);
        for write in &self.writes {
            let mut write = write.clone();
            write.set("connection", "close");
            write.remove("expect");
            let mut stream =
                TcpStream::connect(&world.scene.registry).expect("the registry listens");
            stream.write_all(&write.bytes()).expect("the registry takes what it took before");
            let response = Message::read_response(&mut BufReader::new(stream));
            assert_eq!(response.expect("the registry answers").status(), 200);
        }
        world
    }
}

/// The contents of a workspace's files, git's own left out.
fn files_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            if entry.file_name() == ".git" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                files.insert(relative.to_owned(), fs::read(&path).unwrap_or_default());
            }
        }
    }
    files
}
