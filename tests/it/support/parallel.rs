//! Many small worlds at once.

use std::panic::{self, RefUnwindSafe};
use std::sync::Mutex;
use std::thread;

/// Tries every item, as many at a time as there are processors, and reports all that panic.
///
/// # Panics
/// When one of them does; its message is on stderr, its name in ours.
#[track_caller]
pub fn each<T, F>(items: &[T], name: impl Fn(&T) -> String + Sync, check: F)
where
    T: Sync + RefUnwindSafe,
    F: Fn(&T) + Sync + RefUnwindSafe,
{
    let queue = Mutex::new(items.iter());
    let failures = Mutex::new(Vec::new());
    let next = || queue.lock().expect("nothing panics while it holds the lock").next();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(item) = next() {
                    if let Err(panic) = panic::catch_unwind(|| check(item)) {
                        let text = text_of(&*panic);
                        let failure = format!("== {}\n{text}", name(item));
                        failures.lock().expect("nothing panics meanwhile").push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("nothing panics while it holds the lock");
    failures.sort();
    let (count, all) = (failures.len(), items.len());
    assert!(failures.is_empty(), "{count} of {all} failed\n\n{}", failures.join("\n"));
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text")
}
