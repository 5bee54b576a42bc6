//! Working without the network: what is said about it, and which commands cannot.

use super::session::Session;
use crate::failure::Failure;
use crate::ui::time;
use cargo_orchestrate::facts::{Offline, OfflineCause};
use cargo_orchestrate::model::Timestamp;
use cargo_orchestrate::plan::Finding;

/// Refuses a command that means nothing without a registry.
///
/// # Errors
/// When nobody is to be asked, whoever said so.
pub(super) fn refuse(session: &Session, command: &str) -> Result<(), Failure> {
    let Some(because) = session.registries.offline() else { return Ok(()) };
    let (who, way) = match because {
        OfflineCause::Flag => ("`--offline`", format!("cargo orchestrate {command}")),
        OfflineCause::Configuration => (
            "`net.offline` in Cargo's configuration, or CARGO_NET_OFFLINE,",
            format!("CARGO_NET_OFFLINE=false cargo orchestrate {command}"),
        ),
    };
    let text = format!("could not {command} without the network: {who} forbids to use it");
    Err(Failure::refused(text)
        .next(way, "asks the registry")
        .next("cargo orchestrate plan --offline", "plans with what was read before"))
}

/// What a plan says about it. The time does not change between two runs, as an age would.
pub(super) fn finding(offline: &Offline) -> Finding {
    let text = match offline.oldest {
        Some(oldest) => format!(
            "nobody was asked; the oldest answer of a registry that was used is of {}",
            time::rfc3339(oldest)
        ),
        None => "nobody was asked, and no answer of a registry is kept".to_owned(),
    };
    let way = offline.because.way_back();
    Finding::note("offline", text).hint(format!("`cargo orchestrate plan` {way} asks"))
}

/// How old the answers are, for the header.
pub(super) fn age(offline: &Offline, now: Timestamp) -> String {
    match offline.oldest {
        Some(oldest) => {
            format!("offline, with answers up to {} old", time::length(now.since(oldest)))
        }
        None => "offline, and no answer is kept".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_the_answers_is_said() {
        let offline = |oldest| Offline { because: OfflineCause::Flag, oldest };
        let at = Timestamp(1_795_171_623_456);
        let later = at.after(std::time::Duration::from_hours(3));
        let said =
            |offline: &Offline| format!("{}; {}", age(offline, later), finding(offline).text);
        assert_eq!(
            said(&offline(Some(at))),
            "offline, with answers up to 3 h old; nobody was asked; the oldest answer of a registry \
             that was used is of 2026-11-20T10:47:03Z"
        );
        assert_eq!(
            said(&offline(None)),
            "offline, and no answer is kept; nobody was asked, and no answer of a registry is kept"
        );
    }
}
