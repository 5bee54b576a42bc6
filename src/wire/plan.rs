//! The plan as a document: what `plan --message-format json` prints and `plan -o` keeps.

use super::line::line;
use crate::plan::{Plan, PlanDifference};
use serde_json::Value;

/// The plan as one line of JSON, without the end of line.
#[must_use]
pub fn plan_document(plan: &Plan) -> String {
    line("plan", plan)
}

/// How a plan differs from an older one, as one line of JSON without the end of line.
#[must_use]
pub fn plan_difference_document(difference: &PlanDifference) -> String {
    line("plan-difference", difference)
}

/// Why a text is no plan that can be carried out.
#[derive(Debug, thiserror::Error)]
pub enum PlanDocumentError {
    /// It is no JSON at all, or was cut off.
    #[error("the text is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// It is another document of ours, or somebody else's.
    #[error("the document is not a plan (its `reason` is `{0}`)")]
    NotAPlan(String),
    /// A later version of this program wrote it.
    #[error("the plan has format version {0}, and this program reads version {version}", version = super::VERSION)]
    Version(u64),
    /// A key is missing or holds something that cannot be there.
    #[error("the plan is damaged")]
    Damaged(#[source] serde_json::Error),
}

/// Reads what [`plan_document`] wrote. Whether the id fits the rest is not checked here.
///
/// # Errors
/// [`PlanDocumentError`] says how the text is no plan.
pub fn parse_plan(text: &str) -> Result<Plan, PlanDocumentError> {
    let value: Value = serde_json::from_str(text).map_err(PlanDocumentError::NotJson)?;
    let reason = value.get("reason").and_then(Value::as_str).unwrap_or("missing");
    if reason != "plan" {
        return Err(PlanDocumentError::NotAPlan(reason.to_owned()));
    }
    match value.get("v").and_then(Value::as_u64) {
        Some(version) if version != u64::from(super::VERSION) => {
            Err(PlanDocumentError::Version(version))
        }
        _ => serde_json::from_value(value).map_err(PlanDocumentError::Damaged),
    }
}
