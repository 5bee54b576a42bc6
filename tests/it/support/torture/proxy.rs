//! A reverse proxy on the loopback interface, between the program and a registry, that spoils what
//! passes through and writes everything down.

use super::exchange::{Exchange, Shown, Witness, digest};
use super::fault::{Fault, Faults, On, Operation, Reached};
use super::message::Message;
use super::scene::Scene;
use super::spoil;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A running proxy; its threads end with the process.
#[derive(Debug, Clone)]
pub struct Proxy(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    /// `host:port` of the registry.
    pub(super) behind: String,
    /// `host:port` of this.
    pub(super) here: String,
    pub(super) scene: Scene,
    faults: Mutex<Faults>,
    /// Faults that begin once their package was uploaded.
    armed: Mutex<Vec<(On, Fault)>>,
    exchanges: Mutex<Vec<Exchange>>,
    /// The first answer that was passed on for a path.
    firsts: Mutex<BTreeMap<String, Message>>,
    /// Writes as they came, for another registry.
    writes: Mutex<Vec<Message>>,
    /// How often another server was given a credential.
    pub(super) leaked: Mutex<u32>,
}

impl Proxy {
    /// Listens, and passes on to the registry of the scene.
    ///
    /// # Panics
    /// When nothing can listen on the loopback interface.
    pub fn start(scene: &Scene) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a loopback interface");
        let here = listener.local_addr().expect("a listener has an address").to_string();
        let inner = Arc::new(Inner {
            behind: scene.registry.clone(),
            here,
            scene: scene.clone(),
            faults: Mutex::default(),
            armed: Mutex::default(),
            exchanges: Mutex::default(),
            firsts: Mutex::default(),
            writes: Mutex::default(),
            leaked: Mutex::default(),
        });
        let theirs = Arc::clone(&inner);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inner = Arc::clone(&theirs);
                thread::spawn(move || drop(inner.serve(stream)));
            }
        });
        Self(inner)
    }

    /// `host:port` of the proxy.
    pub fn address(&self) -> &str {
        &self.0.here
    }

    pub fn add(&self, on: On, fault: Fault) {
        held(&self.0.faults).add(on, fault);
    }

    /// Adds a fault that begins once the package it names was uploaded.
    pub fn arm(&self, on: On, fault: Fault) {
        held(&self.0.armed).push((on, fault));
    }

    pub fn clear(&self) {
        held(&self.0.armed).clear();
        held(&self.0.faults).clear();
    }

    /// Everything that passed so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        held(&self.0.exchanges).clone()
    }

    /// The writes that passed so far, as they came.
    pub fn writes(&self) -> Vec<Message> {
        held(&self.0.writes).clone()
    }

    /// Forgets what passed so far.
    pub fn forget(&self) {
        held(&self.0.exchanges).clear();
    }

    /// How often a redirect took a credential to another server.
    pub fn leaked(&self) -> u32 {
        *held(&self.0.leaked)
    }
}

/// A request with what it is about.
pub(super) struct Asked {
    pub(super) request: Message,
    pub(super) operation: Operation,
    pub(super) package: String,
    pub(super) version: String,
    /// On publish: the packages that it needs.
    pub(super) needs: Vec<String>,
    /// How much of the body is still to be read.
    pub(super) unread: usize,
}

/// Whether the connection serves another request.
pub(super) type GoesOn = bool;

impl Inner {
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut stream = stream;
        while let Some(asked) = ask(&mut reader, &mut stream)? {
            if !self.answer(asked, &mut reader, &mut stream)? {
                break;
            }
        }
        Ok(())
    }

    fn answer(
        &self,
        mut asked: Asked,
        reader: &mut BufReader<TcpStream>,
        stream: &mut TcpStream,
    ) -> io::Result<GoesOn> {
        if asked.request.word(1).starts_with("/elsewhere") {
            *held(&self.leaked) += u32::from(asked.request.header("authorization").is_some());
            stream.write_all(&Message::response(200, &[], "{}").bytes())?;
            return Ok(true);
        }
        let host = asked.request.header("host").unwrap_or_default();
        let faults = held(&self.faults).strike(asked.operation, &asked.package, host);
        if faults.iter().any(|fault| matches!(fault, Fault::CutMidBody)) {
            asked.request.read_body(reader, asked.unread / 2)?;
            self.begin(&asked, &faults);
            // What was sent and never read makes the system answer with a reset.
            return Ok(false);
        }
        let unread = asked.unread;
        asked.request.read_body(reader, unread)?;
        let order = self.begin(&asked, &faults);
        for fault in &faults {
            match fault {
                Fault::Meanwhile(act) => act(&self.scene),
                Fault::Delay(Reached::No, time) => thread::sleep(*time),
                _ => {}
            }
        }
        let kept_away = faults.iter().any(|fault| {
            matches!(
                fault,
                Fault::Cut(Reached::No)
                    | Fault::Silence(Reached::No)
                    | Fault::Answer(Reached::No, ..)
                    | Fault::Redirect(_)
                    | Fault::Garbage
            )
        });
        let response = if kept_away { None } else { Some(self.forward(&asked, order)?) };
        let told = spoil::tell(self, &asked, response, &faults, stream)?;
        self.end(order, &asked, told.message.as_ref());
        Ok(told.goes_on)
    }

    /// Writes a request down before anything becomes of it; its place.
    fn begin(&self, asked: &Asked, faults: &[Fault]) -> usize {
        let is_write = asked.request.word(0) != "GET";
        if is_write {
            held(&self.writes).push(asked.request.clone());
        }
        let bytes = (asked.operation == Operation::Publish).then(|| crate_file(&asked.request));
        let exchange = Exchange {
            operation: asked.operation,
            method: asked.request.word(0).to_owned(),
            path: asked.request.word(1).to_owned(),
            package: asked.package.clone(),
            version: asked.version.clone(),
            needs: asked.needs.clone(),
            bytes: bytes.map(digest),
            faults: faults.iter().map(|fault| format!("{fault:?}")).collect(),
            spoiled: faults.iter().any(Fault::spoils),
            answered: None,
            done: false,
            told: None,
            shown: Vec::new(),
            witness: is_write.then(|| self.witness(asked)),
        };
        let mut exchanges = held(&self.exchanges);
        exchanges.push(exchange);
        exchanges.len() - 1
    }

    fn witness(&self, asked: &Asked) -> Witness {
        let verb = match asked.operation {
            Operation::Yank => "yank",
            Operation::Unyank => "unyank",
            _ => "upload",
        };
        let step = format!("{verb}:{}@{}", asked.package, asked.version);
        Witness {
            intent: self.scene.has_intent(&step),
            remote: self.scene.refs(&self.scene.remote),
        }
    }

    /// The registry's own answer, with its addresses replaced by ours.
    fn forward(&self, asked: &Asked, order: usize) -> io::Result<Message> {
        let mut request = asked.request.clone();
        request.set("host", &self.behind);
        request.set("connection", "close");
        request.remove("expect");
        request.remove("accept-encoding");
        let mut upstream = TcpStream::connect(&self.behind)?;
        upstream.write_all(&request.bytes())?;
        let mut response = Message::read_response(&mut BufReader::new(upstream))?;
        response.remove("connection");
        if asked.operation == Operation::Config {
            // By the name that was asked for: two registries are one under two names.
            let here = asked.request.header("host").unwrap_or(&self.here);
            let text = String::from_utf8_lossy(&response.body).replace(&self.behind, here);
            response.body = text.into_bytes();
        }
        let path = asked.request.word(1).to_owned();
        held(&self.firsts).entry(path).or_insert_with(|| response.clone());
        let mut exchanges = held(&self.exchanges);
        let exchange = &mut exchanges[order];
        exchange.answered = Some(response.status());
        exchange.done = response.status() == 200 && errors(&response.body).is_null();
        if exchange.done && asked.operation == Operation::Publish {
            let mut faults = held(&self.faults);
            let is_due = |on: &On| on.package.is_none_or(|package| package == asked.package);
            for (on, fault) in held(&self.armed).extract_if(.., |(on, _)| is_due(on)) {
                faults.add(on, fault);
            }
        }
        Ok(response)
    }

    /// What was passed on first about this path.
    pub(super) fn first(&self, path: &str) -> Option<Message> {
        held(&self.firsts).get(path).cloned()
    }

    fn end(&self, order: usize, asked: &Asked, told: Option<&Message>) {
        let mut exchanges = held(&self.exchanges);
        // The log may have been forgotten meanwhile.
        let Some(exchange) = exchanges.get_mut(order) else { return };
        exchange.told = told.map(Message::status);
        if let Some(message) = told.filter(|message| message.status() == 200) {
            exchange.shown = shown(asked.operation, &message.body);
        }
    }
}

/// Reads a request as far as it takes to know what it is about.
fn ask(reader: &mut BufReader<TcpStream>, stream: &mut TcpStream) -> io::Result<Option<Asked>> {
    let Some(mut request) = Message::read_head(reader)? else { return Ok(None) };
    if request.header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let length = request.length().unwrap_or(0);
    let path = request.word(1).split('?').next().unwrap_or_default().to_owned();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (operation, mut package, mut version) = match (request.word(0), parts.as_slice()) {
        ("PUT", ["api", "v1", "crates", "new"]) => (Operation::Publish, "", ""),
        ("DELETE", ["api", "v1", "crates", name, version, "yank"])
        | ("PATCH", ["api", "v1", "crates", name, version]) => (Operation::Yank, *name, *version),
        ("PUT", ["api", "v1", "crates", name, version, "unyank"]) => {
            (Operation::Unyank, *name, *version)
        }
        ("GET", ["api", "v1", "crates", name, version, "download"]) => {
            (Operation::Download, *name, *version)
        }
        ("GET", ["api", "v1", "crates", name, version]) => (Operation::Facts, *name, *version),
        ("GET", ["api", "v1", "crates", name]) => (Operation::Facts, *name, ""),
        ("GET", ["api", ..]) => (Operation::Facts, "", ""),
        ("GET", ["index", "config.json"]) => (Operation::Config, "", ""),
        ("GET", ["index", .., name]) => (Operation::Index, *name, ""),
        _ => (Operation::Other, "", ""),
    };
    let (metadata, mut needs): (Value, Vec<String>);
    needs = Vec::new();
    if operation == Operation::Publish && length > 4 {
        request.read_body(reader, 4)?;
        request.read_body(reader, le(&request.body).min(length - 4))?;
        metadata = serde_json::from_slice(&request.body[4..]).unwrap_or_default();
        package = metadata["name"].as_str().unwrap_or_default();
        version = metadata["vers"].as_str().unwrap_or_default();
        let dependencies = metadata["deps"].as_array().into_iter().flatten();
        let names =
            dependencies.filter(|it| it["kind"] != "dev").filter_map(|it| it["name"].as_str());
        needs = names.map(str::to_owned).collect();
    }
    let (package, version) = (package.to_owned(), version.to_owned());
    let unread = length - request.body.len();
    Ok(Some(Asked { request, operation, package, version, needs, unread }))
}

fn le(bytes: &[u8]) -> usize {
    let bytes: [u8; 4] = bytes[..4].try_into().expect("four bytes were read");
    usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX)
}

/// The package in the body of an upload.
fn crate_file(request: &Message) -> &[u8] {
    let body = &request.body;
    if body.len() < 8 {
        return &[];
    }
    body.get(8 + le(body)..).unwrap_or_default()
}

fn errors(body: &[u8]) -> Value {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    value["errors"].clone()
}

/// The versions that an answer showed.
fn shown(operation: Operation, body: &[u8]) -> Vec<Shown> {
    let text = String::from_utf8_lossy(body);
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of = |value: &Value, version: &str, checksum: &str| Shown {
        version: value[version].as_str().unwrap_or_default().to_owned(),
        checksum: value[checksum].as_str().unwrap_or_default().to_owned(),
        yanked: value["yanked"] == true,
    };
    match operation {
        Operation::Index => lines.map(|line| of(&line, "vers", "cksum")).collect(),
        Operation::Facts => lines.map(|line| of(&line["version"], "num", "checksum")).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
