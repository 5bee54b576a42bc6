//! Rows that nobody wrote: several faults at random, for the first run and for its resume.

use super::fault::Operation::{Config, Facts, Index, Publish};
use super::fault::Reached::{No, Yes};
use super::fault::RetryAfter::{Nothing, Raw, Seconds};
use super::fault::{Body, Fault, On, on};
use super::row::{Expect, Row, publish};
use std::time::Duration;

/// The packages of the chain, and all of them.
const PACKAGES: [&str; 5] = ["lib1", "lib2", "lib3", "bin", ""];

/// Whatever may become of any request.
fn any() -> Vec<Fault> {
    let answer = |reached, status, body| Fault::Answer(reached, status, Nothing, body);
    vec![
        Fault::Cut(No),
        Fault::Cut(Yes),
        Fault::Silence(No),
        Fault::Silence(Yes),
        Fault::Delay(Yes, Duration::from_millis(300)),
        Fault::TruncateHead,
        Fault::TruncateBody,
        answer(No, 500, Body::Html),
        answer(Yes, 500, Body::Empty),
        answer(No, 503, Body::Empty),
        answer(No, 200, Body::Empty),
        answer(Yes, 200, Body::BrokenJson),
        answer(No, 403, Body::Errors("authentication failed")),
        answer(No, 404, Body::Hostile),
        answer(No, 401, Body::Html),
        Fault::Answer(No, 429, Seconds(1), Body::Errors("slow down")),
        Fault::Answer(No, 429, Raw("never"), Body::Html),
        Fault::Redirect(307),
        Fault::Garbage,
        Fault::Endless,
        Fault::Huge(2),
        Fault::Slow(Duration::from_millis(1)),
        Fault::CloseBehind,
        Fault::FalseGzip,
        Fault::EndlessHead,
        Fault::OnlyContinue,
        Fault::Twice,
        Fault::Length("99999"),
        Fault::Meanwhile(|scene| scene.signal("-KILL")),
        Fault::Afterwards(|scene| scene.signal("-KILL")),
        Fault::Meanwhile(|scene| scene.signal("-TERM")),
    ]
}

/// What only makes sense where the index is read.
const READ: [Fault; 5] = [
    Fault::Stale,
    Fault::EtagFlip,
    Fault::Unchanged,
    Fault::Replace("\"name\":\"", "\"name\":\"other-"),
    Fault::Replace("\"cksum\":\"", "\"cksum\":\"00"),
];

/// A row of random faults; `below` gives a number below another.
pub fn random(number: usize, below: &mut dyn FnMut(usize) -> usize) -> Row {
    let mut words = Vec::new();
    let id = format!("Z{number:04}");
    let mut row = publish(Box::leak(id.into_boxed_str()), "")
        .and(&["--max-wait", "3s"])
        .told("CARGO_HTTP_TIMEOUT", "1")
        .expect(Expect::Somehow);
    for _ in 0..=below(3) {
        let (on, fault) = one(below);
        words.push(told(&on, &fault));
        // Half of them come before the first upload where they are about reading.
        if on.operation != Publish && on.package.is_some() && below(2) == 0 {
            row = row.after_upload(on, fault);
        } else {
            row = row.fault(on, fault);
        }
    }
    for _ in 0..below(3) {
        let (on, fault) = one(below);
        words.push(format!("resumed: {}", told(&on, &fault)));
        row = row.later(on, fault);
    }
    Row { words: Box::leak(words.join("; ").into_boxed_str()), ..row }
}

fn one(below: &mut dyn FnMut(usize) -> usize) -> (On, Fault) {
    let operation = [Publish, Publish, Publish, Index, Index, Facts, Config][below(7)];
    let package = if operation == Config { "" } else { PACKAGES[below(PACKAGES.len())] };
    let nth = u32::try_from(1 + below(3)).unwrap_or(1);
    let times = u32::try_from(1 + below(3)).unwrap_or(1);
    let mut faults = any();
    match operation {
        Index => faults.extend(READ),
        Publish => faults.push(Fault::CutMidBody),
        _ => {}
    }
    (on(operation, package).nth(nth).times(times), faults[below(faults.len())])
}

fn told(on: &On, fault: &Fault) -> String {
    let On { operation, package, nth, times, .. } = on;
    let fault = match fault {
        Fault::Meanwhile(_) => "a signal".to_owned(),
        Fault::Afterwards(_) => "a signal behind".to_owned(),
        fault => format!("{fault:?}"),
    };
    format!("{operation:?} {} {nth}+{times} {fault}", package.unwrap_or("*"))
}
