//! From the nearest package behind a reason to the whole chain, back to what moves by itself.

use super::{Reason, rules};
use crate::model::PackageName;
use std::collections::BTreeMap;

/// What moves a package.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Itself,
    Other(PackageName),
}

type Causes = BTreeMap<PackageName, Cause>;

/// Lengthens every `because` from the nearest package to the whole chain, and puts behind the others
/// what only comes back to the package itself: a member of a group that requires another one follows
/// it to the number that it brought it to.
pub(super) fn lengthen(all: &mut BTreeMap<&PackageName, Vec<Reason>>) {
    let causes = causes(all);
    for (name, reasons) in all.iter_mut() {
        let mut circular: Vec<Reason> = Vec::new();
        let mut kept: Vec<Reason> = Vec::new();
        for mut reason in std::mem::take(reasons) {
            let is_circular = is_effect(&reason) && follow(&mut reason.because, name, &causes);
            if is_circular { circular.push(reason) } else { kept.push(reason) }
        }
        kept.extend(circular);
        *reasons = kept;
    }
}

/// Whether a reason says that a package moves because of another. Who needs a package is no cause of
/// its version, so that why they move themselves is nothing to it.
fn is_effect(reason: &Reason) -> bool {
    !reason.because.is_empty() && reason.rule != rules::NEEDED_BY_SELECTED.id
}

/// Lengthens a chain to its end, and says whether it comes back to where it began.
fn follow(chain: &mut Vec<PackageName>, from: &PackageName, causes: &Causes) -> bool {
    // Several packages that move one are told as they are.
    if chain.len() > 1 {
        return false;
    }
    while let Some(Cause::Other(next)) = chain.last().and_then(|last| causes.get(last)) {
        if next == from {
            return true;
        }
        if chain.contains(next) {
            return false;
        }
        chain.push(next.clone());
    }
    false
}

/// What moves each package: what its weightiest reason says, as long as that leads to one that moves
/// by itself; else what the next reason says that does.
fn causes(all: &BTreeMap<&PackageName, Vec<Reason>>) -> Causes {
    let mut causes = Causes::new();
    while causes.len() < all.len() {
        let open = || all.iter().filter(|(name, _)| !causes.contains_key(**name));
        let by_first = open().filter_map(|(name, reasons)| {
            let first = reasons.first().filter(|reason| is_effect(reason));
            let cause = first.map_or(Some(Cause::Itself), |reason| founded(reason, &causes))?;
            Some(((*name).clone(), cause))
        });
        let mut found: Causes = by_first.collect();
        if found.is_empty() {
            let by_any = open().find_map(|(name, reasons)| {
                let itself = |reason| is_cause(reason).then_some(Cause::Itself);
                let cause = reasons.iter().find_map(|reason| {
                    if is_effect(reason) { founded(reason, &causes) } else { itself(reason) }
                });
                Some(((*name).clone(), cause?))
            });
            // What is left moves itself in a circle.
            let Some((name, cause)) = by_any else { break };
            found.insert(name, cause);
        }
        causes.extend(found);
    }
    causes
}

/// The package behind a reason, when its own cause is known.
fn founded(reason: &Reason, causes: &Causes) -> Option<Cause> {
    let known = reason.because.iter().find(|cause| causes.contains_key(*cause));
    known.cloned().map(Cause::Other)
}

/// Whether a reason without another package behind it moves anything: to be on a line or in a group
/// does not.
fn is_cause(reason: &Reason) -> bool {
    let none = [
        rules::PRE_RELEASE_LINE,
        rules::FIXED_GROUP,
        rules::LINKED_GROUP,
        rules::INHERITED_VERSION,
        rules::NEEDED_BY_SELECTED,
    ];
    none.iter().all(|rule| rule.id != reason.rule)
}
