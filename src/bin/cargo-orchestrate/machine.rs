//! This machine and this process, as another process may name them.

use std::fs;

/// Keeps what this process holds in memory to itself: no core dump, and no look at its memory or at
/// the environment it was started with by others of the same user, build scripts among them.
#[cfg(unix)]
pub(crate) fn keep_to_itself() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where the system does not allow it nothing else can be done about it either.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Other systems do not write core dumps unasked.
#[cfg(not(unix))]
pub(crate) fn keep_to_itself() {}

/// The name of this host.
pub(crate) fn host() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let variable = || ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let name = kernel.or_else(variable).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "an unnamed host".to_owned() } else { name.to_owned() }
}

/// What tells where a process number means what it means here: this boot of this kernel, and the
/// numbering of processes, of which each container has its own. None where the system does not say.
pub(crate) fn process_space() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let numbering = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), numbering.to_str()?))
}

/// When a process of this machine started, in the kernel's own count. A number that is used again
/// belongs to another start. None when no process has the number.
pub(crate) fn process_start(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    // One that has ended and only waits to be noticed does nothing any more.
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_a_start_and_a_number_nobody_has_none() {
        assert!(process_start(std::process::id()).is_some_and(|start| start > 0));
        assert_eq!(process_start(u32::MAX), None);
        assert!(process_space().is_some_and(|space| space.contains("pid:")));
    }
}
