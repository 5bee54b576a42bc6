//! Processes that die while something is under way, and what they leave.

use super::super::fault::{Fault, Operation, on};
use super::super::row::{Expect, Row, publish};
use super::super::world::World;
use super::{KILL, KILL_AFTER, clone_again};
use std::fs;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = in_flight();
    rows.extend(elsewhere());
    rows
}

/// With an upload in flight, and while the index is asked.
fn in_flight() -> Vec<Row> {
    let at = |id, words, operation, package, fault| {
        publish(id, words).fault(on(operation, package), fault).expect(Expect::Killed)
    };
    let term = Fault::Meanwhile(|scene| scene.signal("-TERM"));
    let interrupt = Fault::Meanwhile(|scene| scene.signal("-INT"));
    let twice = Fault::Meanwhile(|scene| {
        scene.signal("-INT");
        scene.signal("-INT");
    });
    let asked = |id, words, fault| {
        let row = publish(id, words).fault(on(Operation::Publish, "lib2"), fault);
        row.expect(Expect::Stops(&[130]))
    };
    let put = Operation::Publish;
    vec![
        at("K03a", "kill -9 with the first upload sent", put, "lib1", KILL).puts(4),
        at("K03b", "kill -9 with the second upload sent", put, "lib2", KILL).puts(4),
        at("K03c", "kill -9 with the third upload sent", put, "lib3", KILL).puts(4),
        at("K03d", "kill -9 with the last upload sent", put, "bin", KILL).puts(4),
        at("K03e", "kill -9 once the first is stored", put, "lib1", KILL_AFTER).puts(4),
        at("K03f", "kill -9 once the second is stored", put, "lib2", KILL_AFTER).puts(4),
        at("K03g", "kill -9 once the third is stored", put, "lib3", KILL_AFTER).puts(4),
        at("K03h", "kill -9 once the last is stored", put, "bin", KILL_AFTER).puts(4),
        publish("K03i", "kill -9 as the upload is cut, nothing stored")
            .fault(on(put, "lib2"), KILL)
            .fault(on(put, "lib2"), Fault::Cut(super::super::fault::Reached::No))
            .expect(Expect::Killed)
            .puts(5),
        publish("K04", "kill -9 while the index is asked")
            .after_upload(on(Operation::Index, "lib2"), KILL)
            .expect(Expect::Killed)
            .puts(4),
        publish("K04b", "kill -9 while the plan is made")
            .fault(on(Operation::Index, "lib2"), KILL)
            .expect(Expect::Killed)
            .puts(4),
        publish("K04c", "kill -9 again while it is resumed")
            .fault(on(put, "lib2"), KILL)
            .later(on(put, "lib3"), KILL)
            .expect(Expect::Killed)
            .puts(4),
        publish("K04d", "kill -9 again as the resume asks whether it arrived")
            .fault(on(put, "lib2"), KILL)
            .later(on(Operation::Index, "lib2"), KILL)
            .expect(Expect::Killed)
            .puts(4),
        asked("K08", "SIGTERM with an upload in flight", term).puts(4),
        asked("K08b", "SIGINT with an upload in flight", interrupt).puts(4),
        asked("K08c", "SIGINT twice", twice),
    ]
}

/// What is left is moved, lost or torn.
fn elsewhere() -> Vec<Row> {
    let killed = |id, words| {
        publish(id, words)
            .fault(on(Operation::Publish, "lib2"), KILL_AFTER)
            .expect(Expect::Killed)
            .puts(4)
    };
    vec![
        killed("K07", "the machine is lost, a fresh clone goes on").between(clone_again),
        killed("K07b", "the journal is deleted").between(|world| {
            fs::remove_dir_all(world.scene.work.join(".git/orchestrate")).expect("it is there");
        }),
        killed("K06", "the last line of the log is torn").between(|world| tear(world, 2)),
        killed("K06b", "one byte of it is there").between(|world| tear(world, usize::MAX)),
        killed("K06c", "its end of line is missing").between(|world| tear(world, 1)),
        killed("K06d", "zeros behind the log, as after a power cut").between(|world| {
            append(world, &[0; 512]);
        }),
        killed("K06e", "half a megabyte of nothing behind the log").between(|world| {
            append(world, &vec![b'x'; 512 << 10]);
        }),
    ]
}

/// Cuts the last line of the log: half of it goes, or all but a byte, or the end of line.
fn tear(world: &World, what: usize) {
    for run in world.scene.runs() {
        let path = run.join("wal");
        let bytes = fs::read(&path).expect("a run has a log");
        let last =
            bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap_or(0) + 1;
        let length = bytes.len() - last;
        let keep = match what {
            1 => length - 1,
            2 => length / 2,
            _ => 1,
        };
        fs::write(&path, &bytes[..last + keep]).expect("the world can be written");
    }
}

fn append(world: &World, more: &[u8]) {
    for run in world.scene.runs() {
        let path = run.join("wal");
        let mut bytes = fs::read(&path).expect("a run has a log");
        bytes.extend_from_slice(more);
        fs::write(&path, bytes).expect("the world can be written");
    }
}
