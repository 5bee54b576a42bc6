//! Signals, closed pipes, and children that must not stay behind.

use crate::sandbox;
use crate::support::snapshot::needless_uploads;
use crate::support::{Output, Sandbox};
use serde_json::json;
use std::fs::{self, Permissions};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PUBLISH: &[&str] = &["publish", "--yes"];

fn start(sandbox: &Sandbox) -> Child {
    let mut command = sandbox.command(PUBLISH);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(name: &str, child: &Child) {
    Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
}

/// The uploads that reached the registry.
fn uploads(sandbox: &Sandbox) -> usize {
    let log = sandbox.registry().control("GET", "log", None);
    let requests = log["requests"].as_array().unwrap();
    requests.iter().filter(|request| request["operation"] == "publish").count()
}

/// Waits until something is so, which the child is on its way to.
fn await_that(child: &mut Child, is_so: impl Fn() -> bool) {
    while !is_so() {
        assert_eq!(child.try_wait().unwrap(), None, "it goes on");
        std::thread::yield_now();
    }
}

#[test]
fn an_upload_on_its_way_is_finished_and_written_down_before_the_end() {
    for name in ["-TERM", "-HUP"] {
        let sandbox = sandbox("chain");
        let before = uploads(&sandbox);
        let fault = json!({"kind": "delay", "ms": 2_000});
        sandbox.fault(&json!({"operation": "publish", "package": "lib2", "fault": fault}));
        let mut child = start(&sandbox);
        await_that(&mut child, || uploads(&sandbox) == before + 2);
        signal(name, &child);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{said}");
        assert!(said.contains("cargo orchestrate publish"), "{said}");
        assert_eq!(uploads(&sandbox), before + 2, "nothing was begun after the signal");
        let lock = ["for-each-ref", "refs/orchestrate/lock"];
        assert_eq!(sandbox.remote_git(&lock), "", "nothing is in doubt, so the lock is free");
        sandbox.no_faults();
        sandbox.run(PUBLISH).exits(0);
        assert_eq!(needless_uploads(&sandbox), Vec::<String>::new());
        assert_eq!(uploads(&sandbox), before + 4, "each was sent once");
    }
}

#[test]
fn a_second_signal_ends_it_at_once_and_says_so() {
    let sandbox = sandbox("chain");
    let before = uploads(&sandbox);
    let fault = json!({"kind": "delay", "ms": 20_000});
    sandbox.fault(&json!({"operation": "publish", "package": "lib1", "fault": fault}));
    let mut child = start(&sandbox);
    await_that(&mut child, || uploads(&sandbox) == before + 1);
    let began = Instant::now();
    signal("-INT", &child);
    let mut said = [0; 400];
    let mut stderr = child.stderr.take().unwrap();
    let mut heard = String::new();
    while !heard.contains("once more stops at once") {
        let read = stderr.read(&mut said).unwrap();
        assert_ne!(read, 0, "{heard}");
        heard += &String::from_utf8_lossy(&said[..read]);
    }
    signal("-INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(15), "it did not wait for the answer");
    stderr.read_to_string(&mut heard).unwrap();
    assert!(heard.contains("in doubt"), "{heard}");
    sandbox.no_faults();
    sandbox.run(PUBLISH).exits(0);
}

#[test]
fn who_stops_reading_loses_neither_release_nor_lock() {
    let sandbox = sandbox("chain");
    let mut command = sandbox.command(&["publish", "--yes", "--message-format", "json"]);
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut child = command.stdout(writer).stderr(Stdio::null()).spawn().unwrap();
    drop(command);
    // The plan comes first, in one piece; whoever reads no more than that leaves a closed pipe.
    reader.read_exact(&mut [0]).unwrap();
    drop(reader);
    assert_eq!(child.wait().unwrap().code(), Some(110));
    let lines = sandbox.published_lines();
    assert!(lines.contains(&"bin 1.3.1".to_owned()), "{lines:?}");
    assert_eq!(sandbox.remote_git(&["for-each-ref", "refs/orchestrate"]), "");
    sandbox.run(PUBLISH).exits(0).says("nothing to release");
}

#[cfg(target_os = "linux")]
#[test]
fn a_push_ends_with_the_process_that_began_it() {
    let sandbox = sandbox("chain");
    let hook = sandbox.remote().join("hooks/pre-receive");
    let started = sandbox.root().join("started");
    // Only the push of the branch; the lock's own pushes come through.
    let script = format!(
        "#!/bin/sh\nwhile read old new ref; do [ $ref = refs/heads/main ] && slow=1; done\n\
         [ -z \"$slow\" ] || {{ touch {}; exec sleep 600; }}\n",
        started.display()
    );
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, Permissions::from_mode(0o755)).unwrap();
    let mut child = start(&sandbox);
    await_that(&mut child, || started.exists());
    let pushes = children(child.id());
    assert!(!pushes.is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    let began = Instant::now();
    while pushes.iter().any(|pid| is_alive(*pid)) {
        assert!(began.elapsed() < Duration::from_secs(30), "git goes on without us");
        std::thread::yield_now();
    }
    fs::remove_file(&hook).unwrap();
    sandbox.run(PUBLISH).exits(0);
}

/// The processes that this one started.
#[cfg(target_os = "linux")]
fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let lists: Vec<String> = lists.collect();
    let numbers = lists.iter().flat_map(|list| list.split_whitespace());
    numbers.map(|number| number.parse().unwrap()).collect()
}

#[cfg(target_os = "linux")]
fn is_alive(pid: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat"));
    state.is_ok_and(|text| !text.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
}

#[test]
fn an_answer_that_is_closed_early_is_no_failure_to_talk_about() {
    let sandbox = sandbox("single");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = sandbox.command(&["plan"]);
    let output = Output::of(command.stdout(writer));
    assert_eq!((output.code, output.stderr.contains("error")), (110, false), "{output}");
}

#[test]
fn a_gate_ends_with_the_run_and_is_tried_again() {
    let sandbox = sandbox("chain");
    sandbox.write(
        "orchestrate.toml",
        "[type.regular]\ngates = [\"long\"]\n[gate.long]\n\
         command = [\"sh\", \"-c\", \"echo $$ >> ../gates; test -f ../open || cat ../pipe\"]\n",
    );
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "chore: a gate"]);
    // Nobody ever writes to it: whoever reads waits for ever.
    let pipe = sandbox.root().join("pipe");
    Command::new("mkfifo").arg(&pipe).status().unwrap();
    let gates = sandbox.root().join("gates");
    let mut child = start(&sandbox);
    await_that(&mut child, || fs::read_to_string(&gates).is_ok_and(|text| text.ends_with('\n')));
    signal("-INT", &child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    let gate = fs::read_to_string(&gates).unwrap();
    let is_alive = Command::new("kill").args(["-0", gate.trim()]).stderr(Stdio::null()).status();
    assert!(!is_alive.unwrap().success(), "the gate goes on");
    fs::write(sandbox.root().join("open"), "").unwrap();
    sandbox.run(PUBLISH).exits(0);
    assert_eq!(fs::read_to_string(&gates).unwrap().lines().count(), 2);
}
