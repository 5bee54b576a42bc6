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
    #[error("the document is not a plan ({})", reason(.0.as_deref()))]
    NotAPlan(Option<String>),
    /// A later version of this program wrote it.
    #[error("the plan has format version {0}, and this program reads version {version}", version = super::VERSION)]
    Version(u64),
    /// A key is missing or holds something that cannot be there.
    #[error("the plan is damaged{}", place(key))]
    Damaged {
        /// The way to it, as `packages[0].to`; a dot for the whole document.
        key: String,
        /// What is wrong with it, with line and column.
        #[source]
        source: serde_json::Error,
    },
}

fn reason(reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("its `reason` is `{reason}`"),
        None => "it has no `reason`".to_owned(),
    }
}

fn place(key: &str) -> String {
    if key == "." { String::new() } else { format!(" at `{key}`") }
}

/// Reads what [`plan_document`] wrote. Whether the id fits the rest is not checked here.
///
/// # Errors
/// [`PlanDocumentError`] says how the text is no plan.
pub fn parse_plan(text: &str) -> Result<Plan, PlanDocumentError> {
    let value: Value = serde_json::from_str(text).map_err(PlanDocumentError::NotJson)?;
    let reason = value.get("reason").and_then(Value::as_str);
    if reason != Some("plan") {
        return Err(PlanDocumentError::NotAPlan(reason.map(str::to_owned)));
    }
    match value.get("v").and_then(Value::as_u64) {
        Some(version) if version != u64::from(super::VERSION) => {
            Err(PlanDocumentError::Version(version))
        }
        // From the text once more: the value does not know its lines.
        _ => {
            let mut json = serde_json::Deserializer::from_str(text);
            serde_path_to_error::deserialize(&mut json).map_err(|error| {
                let key = error.path().to_string();
                PlanDocumentError::Damaged { key, source: error.into_inner() }
            })
        }
    }
}
