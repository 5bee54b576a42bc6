//! The one text of a plan, and its fingerprint.

use super::Plan;
use crate::model::{Digest, PlanId};

/// The plan as canonical JSON: one line, keys in the order of the types, no spaces. The same plan
/// always gives the same bytes.
#[must_use]
pub fn canonical(plan: &Plan) -> String {
    serde_json::to_string(plan).expect("a plan has only string keys and no floating numbers")
}

/// The SHA-256 of the canonical JSON of the plan with an empty id.
#[must_use]
pub fn identify(plan: &Plan) -> PlanId {
    let anonymous = Plan { id: PlanId::default(), ..plan.clone() };
    Digest::of(canonical(&anonymous).as_bytes()).into()
}
