//! Requirements that a rollback pinned, and that stand still.

use super::Draft;
use crate::facts::{Pin, PinStanding, PinnedDownstream};
use crate::model::PackageName;
use crate::plan::{Finding, Location};

/// What lifts pins.
const LIFTS: &str = "cargo orchestrate yank-rollback --unpin    lifts it";

/// Every pin, so that nobody forgets it; one that would be published is an error, for whoever takes
/// that version breaks as soon as the one that it names is yanked.
pub(super) fn findings(draft: &Draft<'_>) -> Vec<Finding> {
    let standing = draft.facts.standing_pins();
    let findings = standing.into_iter().map(|(pinned, spot)| {
        let pin = &pinned.pin;
        let place = Location { file: pin.file.clone(), line: spot.line, column: spot.column };
        let since = &pinned.rollback;
        let Some(name) = published(draft, pin) else {
            let text = format!("{} {} is pinned since rollback {since}", pin.package, pin.to);
            return Finding::note("pinned", text).hint(LIFTS).at(place);
        };
        let text = format!(
            "would be published with {} {}, which rollback {since} pinned",
            pin.package, pin.to
        );
        let finding = if draft.options.publish_pins {
            Finding::warning("pinned", text)
        } else {
            Finding::error("pinned", text)
        };
        finding.about(name).hint(format!("{LIFTS}, or --publish-pins")).at(place)
    });
    let downstream = draft.facts.pinned_downstream.iter().filter_map(downstream);
    findings.chain(downstream).collect()
}

/// Pins in a repository downstream, which no release of ours publishes; nothing where they are gone.
fn downstream(pinned: &PinnedDownstream) -> Option<Finding> {
    let PinnedDownstream { rollback, edit, standing, .. } = pinned;
    let how = match standing {
        PinStanding::Gone => return None,
        PinStanding::Taken { .. } => String::new(),
        PinStanding::Offered => format!(", on its branch {}", edit.branch),
        PinStanding::Unknown(why) => format!(", as far as is known: {why}"),
    };
    let mut pins: Vec<String> =
        edit.requirements.iter().map(|it| format!("{} {}", it.package, it.to)).collect();
    pins.dedup();
    let pins = pins.join(", ");
    let text = format!(
        "`{}` downstream is pinned to {pins} since rollback {rollback}{how}",
        edit.repository
    );
    Some(Finding::note("pinned-downstream", text).hint(LIFTS))
}

/// The first package of the release that is packed with the pin.
fn published<'d>(draft: &Draft<'d>, pin: &Pin) -> Option<&'d PackageName> {
    let is_shared = pin.key.starts_with("workspace.");
    let takes = |(_, package): &(_, &crate::model::Package)| {
        let inherits = |edge: &crate::model::Edge| edge.inherited && edge.to == pin.package;
        if is_shared { package.edges.iter().any(inherits) } else { package.manifest == pin.file }
    };
    draft.planned().find(takes).map(|(planned, _)| &planned.name)
}
