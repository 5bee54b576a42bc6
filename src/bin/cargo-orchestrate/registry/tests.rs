//! The client against a server that answers as a text says.

use super::Registries;
use super::answer::Recorded;
use super::config::tests::{configuration, name};
use super::http::{Client, Reach, Settings, words};
use super::look::{Part, Wanted};
use super::trusted::Mint;
use cargo_orchestrate::facts::Published;
use cargo_orchestrate::model::{PackageName, Version};
use cargo_orchestrate::policy::TrustedPublishing;
use cargo_orchestrate::run::{Certainty, Trouble};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with the next request of a path.
#[derive(Clone)]
enum Reply {
    /// Sends this after the request was read. The body follows the blank line.
    Say(&'static str),
    /// Closes the connection after the request was read.
    Close,
}

/// A server on this machine; every connection serves one request.
struct Server {
    base: String,
    /// Method, path, and the headers that matter, of all requests so far.
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server with replies by path; the last reply of a path stays.
    fn start(replies: &[(&'static str, &[Reply])]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut replies: Vec<(&'static str, VecDeque<Reply>)> =
            replies.iter().map(|(path, list)| (*path, list.iter().cloned().collect())).collect();
        let server = Self { base: base.clone(), log: log.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &base, &mut replies, &log);
            }
        });
        server
    }

    fn log(&self) -> String {
        self.log.lock().expect("the log").join("; ")
    }

    /// Registries of which `local` is this server.
    fn registries(&self) -> (Registries, tempfile::TempDir) {
        let config = format!("[registries.local]\nindex = 'sparse+{}/'\ntoken = 't0'\n", self.base);
        let (configuration, directory) = configuration(&config, "", &[], &[]);
        let client = Client::new(settings(), Reach::Everybody);
        let cache = Some(directory.path().join("cache"));
        let (pauses, memory) = ([Duration::ZERO; 4], Mutex::default());
        let mint = Arc::new(Mint::new(client.sender().clone()));
        let trusted_publishing = TrustedPublishing::Auto;
        let registries = Registries {
            configuration,
            client,
            offline: None,
            cache,
            pauses,
            memory,
            kept_credentials: Mutex::default(),
            mint,
            trusted_publishing,
            asking: Mutex::default(),
        };
        (registries, directory)
    }
}

fn serve(
    mut stream: TcpStream,
    base: &str,
    replies: &mut [(&'static str, VecDeque<Reply>)],
    log: &Mutex<Vec<String>>,
) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a request line");
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let [method, path, _] = words.as_slice() else { return };
    let (mut length, mut shown) = (0, format!("{method} {path}"));
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        let Some((key, value)) = header.trim_end().split_once(": ") else { break };
        match key.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().expect("a length"),
            "authorization" | "if-none-match" | "cache-control" => shown.extend([" ", value]),
            _ => {}
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).expect("a body");
    log.lock().expect("the log").push(shown);
    let Some((_, list)) = replies.iter_mut().find(|(at, _)| at == path) else {
        return say(&mut stream, "404 Not Found\n\n");
    };
    let reply = if list.len() > 1 { list.pop_front() } else { list.front().cloned() };
    if let Some(Reply::Say(text)) = reply {
        say(&mut stream, &text.replace("BASE", base));
    }
}

fn say(stream: &mut TcpStream, text: &str) {
    let (head, body) = text.split_once("\n\n").expect("a blank line");
    let head = head.replace('\n', "\r\n");
    let length = if head.contains("content-length") {
        String::new()
    } else {
        format!("content-length: {}\r\n", body.len())
    };
    let _ = write!(stream, "HTTP/1.1 {head}\r\n{length}connection: close\r\n\r\n{body}");
}

fn settings() -> Settings {
    let http = cargo_config2::HttpConfig::default();
    Settings::new(&http, std::path::Path::new("/"), |_| None)
}

const CONFIG: Reply = Reply::Say("200 OK\n\n{\"dl\":\"BASE/dl\",\"api\":\"BASE\"}");
const CLOSED: Reply =
    Reply::Say("200 OK\n\n{\"dl\":\"BASE/dl\",\"api\":\"BASE\",\"auth-required\":true}");
const UNAUTHORIZED: Reply = Reply::Say("401 Unauthorized\n\n");
const BROKEN: Reply = Reply::Say("503 Service Unavailable\n\n");
const ENTRY: Reply = Reply::Say(concat!(
    "200 OK\netag: one\n\n",
    r#"{"name":"lib1","vers":"0.1.0","deps":[],"features":{},"#,
    r#""cksum":"abababababababababababababababababababababababababababababababab"}"#
));
const UNCHANGED: Reply = Reply::Say("304 Not Modified\n\n");

fn lib1() -> PackageName {
    PackageName::new("lib1").expect("a name")
}

fn show(published: &Published) -> String {
    match published {
        Published::Known(versions) => format!("{} versions", versions.len()),
        Published::Unknown(text) => format!("unknown: {text}"),
    }
}

/// Reads the index entry of `lib1` with a server that answers like this.
fn check_published(replies: &[(&'static str, &[Reply])], expected: &str, asked: &str) {
    let server = Server::start(replies);
    let (registries, _directory) = server.registries();
    let published = registries.published(&[(lib1(), name("local"))]);
    assert_eq!(show(&published[&lib1()]), expected);
    assert_eq!(server.log(), asked);
}

#[test]
fn an_index_that_does_not_answer_is_unknown_and_one_that_says_no_is_empty() {
    let get = "GET /li/b1/lib1";
    check_published(&[("/li/b1/lib1", &[ENTRY])], "1 versions", get);
    check_published(&[], "0 versions", get);
    let garbage = Reply::Say("200 OK\n\n<html>");
    let text =
        "unknown: line 1 of the index entry cannot be read: expected value at line 1 column 1";
    check_published(&[("/li/b1/lib1", &[garbage])], text, get);
    let forbidden = Reply::Say("403 Forbidden\n\n");
    let text = "unknown: the index answered with status 403";
    check_published(&[("/li/b1/lib1", &[forbidden])], text, get);
}

#[test]
fn a_read_that_fails_in_passing_is_tried_again() {
    let twice = "GET /li/b1/lib1; GET /li/b1/lib1";
    check_published(&[("/li/b1/lib1", &[BROKEN, ENTRY])], "1 versions", twice);
    check_published(&[("/li/b1/lib1", &[Reply::Close, ENTRY])], "1 versions", twice);
}

#[test]
fn a_closed_index_gets_a_credential_and_an_open_one_does_not() {
    check_published(
        &[("/li/b1/lib1", &[UNAUTHORIZED, ENTRY]), ("/config.json", &[UNAUTHORIZED, CLOSED])],
        "1 versions",
        "GET /li/b1/lib1; GET /config.json; GET /config.json t0; GET /li/b1/lib1 t0",
    );
    check_published(
        &[("/li/b1/lib1", &[UNAUTHORIZED]), ("/config.json", &[CONFIG])],
        "unknown: the index answered with status 401",
        "GET /li/b1/lib1; GET /config.json",
    );
}

#[test]
fn an_unchanged_entry_comes_from_the_disk_and_for_a_look_from_this_process() {
    let server = Server::start(&[("/li/b1/lib1", &[ENTRY, UNCHANGED, ENTRY, UNCHANGED])]);
    let (registries, _directory) = server.registries();
    for _ in 0..2 {
        let published = registries.published(&[(lib1(), name("local"))]);
        assert_eq!(show(&published[&lib1()]), "1 versions");
    }
    for _ in 0..2 {
        assert_eq!(show(&registries.look(&name("local"), &lib1())), "1 versions");
    }
    let get = "GET /li/b1/lib1";
    let asked = format!("{get}; {get} one; {get} no-cache; {get} no-cache one");
    // The order of the two headers is curl's business.
    assert_eq!(server.log().replace("one no-cache", "no-cache one"), asked);
}

#[test]
fn offline_the_last_answers_stand_and_nobody_is_asked() {
    let lib2 = PackageName::new("lib2").expect("a name");
    let lib3 = PackageName::new("lib3").expect("a name");
    let server = Server::start(&[("/li/b1/lib1", &[ENTRY])]);
    let (mut registries, _directory) = server.registries();
    registries.published(&[(lib1(), name("local")), (lib2.clone(), name("local"))]);
    let asked = server.log();
    registries.client = Client::new(settings(), Reach::Nobody);
    let all = [&lib1(), &lib2, &lib3].map(|package| (package.clone(), name("local")));
    let kept = registries.kept(&all);
    assert!(kept.oldest.is_some());
    let shown = kept.published.iter().map(|(package, it)| format!("{package}: {}", show(it)));
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            "lib1: 1 versions",
            "lib2: 0 versions",
            "lib3: unknown: its index entry was never read on this machine"
        ]
    );
    assert!(show(&registries.look(&name("local"), &lib1())).contains("nobody is asked"));
    assert!(registries.download(&name("local"), &lib1(), &Version::new(0, 1, 0)).is_err());
    assert_eq!(server.log(), asked, "nobody was asked");
}

/// Yanks `lib1 0.1.0` with a server that answers like this; `None` is no server at all.
fn check_yank(reply: Reply, expected: &str) {
    const YANK: &str = "/api/v1/crates/lib1/0.1.0/yank";
    let server = Server::start(&[("/config.json", &[CONFIG]), (YANK, &[reply])]);
    let (registries, _directory) = server.registries();
    let yanked = registries.yank(&name("local"), &lib1(), &Version::new(0, 1, 0), None);
    assert_eq!(outcome(yanked), expected);
    assert_eq!(server.log(), format!("GET /config.json; DELETE {YANK} t0"));
}

fn outcome(yanked: Result<(), (Certainty, Trouble)>) -> String {
    match yanked {
        Ok(()) => "done".to_owned(),
        Err((certainty, trouble)) => format!("{certainty:?} {:?}", trouble.kind),
    }
}

#[test]
fn a_reason_is_left_out_where_the_registry_takes_none() {
    const VERSION: &str = "/api/v1/crates/lib1/0.1.0";
    const DONE: Reply = Reply::Say("200 OK\n\n{\"ok\":true}");
    let taken = Reply::Say("200 OK\n\n{\"version\":{\"num\":\"0.1.0\",\"yanked\":true}}");
    let page = Reply::Say("200 OK\n\n<html>");
    for (reply, expected, then) in [
        (taken, "done", false),
        (Reply::Say("405 Method Not Allowed\n\n"), "done", true),
        (Reply::Say("404 Not Found\n\n"), "done", true),
        (page, "done", true),
        (Reply::Say("403 Forbidden\n\n"), "NothingHappened Unauthorized", false),
        (Reply::Close, "Unknown Unavailable", false),
    ] {
        let yank = format!("{VERSION}/yank");
        let server = Server::start(&[
            ("/config.json", &[CONFIG]),
            (VERSION, &[reply]),
            ("/api/v1/crates/lib1/0.1.0/yank", &[DONE]),
        ]);
        let (registries, _directory) = server.registries();
        let version = Version::new(0, 1, 0);
        let yanked = registries.yank(&name("local"), &lib1(), &version, Some("it loses data"));
        assert_eq!(outcome(yanked), expected);
        let then = if then { format!("; DELETE {yank} t0") } else { String::new() };
        assert_eq!(server.log(), format!("GET /config.json; PATCH {VERSION} t0{then}"));
    }
}

#[test]
fn a_write_is_sent_once_and_never_redirected() {
    check_yank(Reply::Say("200 OK\n\n{\"ok\":true}"), "done");
    check_yank(Reply::Say("200 OK\n\n{\"ok\":false}"), "Unknown Unavailable");
    check_yank(Reply::Say("200 OK\n\n<html>"), "Unknown Unavailable");
    check_yank(Reply::Close, "Unknown Unavailable");
    check_yank(Reply::Say("200 OK\ncontent-length: 99\n\n{\"ok\":"), "Unknown Unavailable");
    check_yank(BROKEN, "Unknown Unavailable");
    check_yank(Reply::Say("307 Moved\nlocation: BASE/config.json\n\n"), "NothingHappened Rejected");
    check_yank(Reply::Say("403 Forbidden\n\n\u{fffd}"), "NothingHappened Unauthorized");
}

#[test]
fn without_a_connection_nothing_happened() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
    let request = http::Request::put(format!("http://{port}/")).body(vec![1; 9]);
    let error = Client::new(settings(), Reach::Everybody)
        .sender()
        .send(request.expect("a request"))
        .expect_err("no server");
    assert_eq!(error.certainty(), Certainty::NothingHappened);
    assert!(words(&error).starts_with("`127.0.0.1` could not be reached: "), "{error}");
}

#[test]
fn an_answer_without_end_is_cut_off() {
    let body: &'static str = Box::leak(format!("200 OK\n\n{}", "x".repeat(1_100_000)).into());
    let server = Server::start(&[("/long", &[Reply::Say(body)])]);
    let request = http::Request::put(format!("{}/long", server.base)).body(Vec::new());
    let error = Client::new(settings(), Reach::Everybody)
        .sender()
        .send(request.expect("a request"))
        .expect_err("too long");
    assert_eq!(error.to_string(), "the answer of `127.0.0.1` is longer than 1048576 bytes");
    assert_eq!(error.certainty(), Certainty::Unknown);
}

#[test]
fn only_the_database_itself_says_that_a_version_is_absent() {
    let check = |reply: Reply, expected: &str| {
        const PATH: &str = "/api/v1/crates/lib1/0.1.0";
        let server = Server::start(&[("/config.json", &[CONFIG]), (PATH, &[reply])]);
        let (registries, _directory) = server.registries();
        let recorded = Some(Version::new(0, 1, 0));
        let wanted = Wanted { registry: name("local"), package: lib1(), recorded };
        let mut shown = Vec::new();
        registries.look_each(&[wanted], |place, part| {
            assert_eq!(place, 0);
            if let Part::Record(recorded) = part {
                shown.push(match recorded {
                    Recorded::Present { yanked, .. } => format!("present {yanked:?}"),
                    Recorded::Absent => "absent".to_owned(),
                    Recorded::Unknown(_) => "unknown".to_owned(),
                });
            }
        });
        assert_eq!(shown, [expected]);
    };
    let present = "200 OK\n\n{\"version\":{\"num\":\"0.1.0\",\"yanked\":true}}";
    check(Reply::Say(present), "present Some(true)");
    let absent = "404 Not Found\n\n{\"errors\":[{\"detail\":\"crate `lib1` does not exist\"}]}";
    check(Reply::Say(absent), "absent");
    check(Reply::Say("404 Not Found\n\n<html>"), "unknown");
    check(Reply::Say("200 OK\n\n{}"), "unknown");
}
