//! Why a package moves or stays, followed back to the root.

use super::{Plan, Planned, Unchanged};
use crate::decide::Reason;
use crate::model::PackageName;
use std::collections::BTreeSet;

/// An answer to "why".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What happens: `lib2 0.2.0 -> 0.3.0 (minor)`.
    pub headline: String,
    /// The reasons, the package's own first, then those of the packages behind them.
    pub lines: Vec<ExplanationLine>,
}

/// One reason of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplanationLine {
    /// The package the reason is about; of a chain, the one that moves because of the next.
    pub package: PackageName,
    /// What happens to that package, as in the headline.
    pub what: String,
    pub text: String,
    /// The id of the rule.
    pub rule: String,
    /// How many packages lie between this reason and the one that was asked about.
    pub depth: usize,
}

/// Explains what happens to a member; nothing when the plan does not know the name.
#[must_use]
pub fn explain(plan: &Plan, name: &PackageName) -> Option<Explanation> {
    let subject = Subject::find(plan, name)?;
    let mut lines = Vec::new();
    let mut seen = BTreeSet::from([name.clone()]);
    let mut open = vec![(subject, 0)];
    while let Some((subject, depth)) = open.pop() {
        let mut behind: Vec<&PackageName> = Vec::new();
        for reason in subject.reasons() {
            lines.push(ExplanationLine {
                package: subject.name().clone(),
                what: subject.what(),
                text: reason.text.clone(),
                rule: reason.rule.clone(),
                depth,
            });
            behind.extend(reason.because.first());
        }
        let next: Vec<Subject<'_>> = behind
            .into_iter()
            .filter(|cause| seen.insert((*cause).clone()))
            .filter_map(|cause| Subject::find(plan, cause))
            .collect();
        open.extend(next.into_iter().rev().map(|subject| (subject, depth + 1)));
    }
    Some(Explanation { headline: subject.what(), lines })
}

#[derive(Debug, Clone, Copy)]
enum Subject<'a> {
    Planned(&'a Planned),
    Unchanged(&'a Unchanged),
}

impl<'a> Subject<'a> {
    fn find(plan: &'a Plan, name: &PackageName) -> Option<Self> {
        let planned = plan.package(name).map(Self::Planned);
        planned.or_else(|| plan.unchanged.iter().find(|u| u.name == *name).map(Self::Unchanged))
    }

    fn name(&self) -> &'a PackageName {
        match self {
            Self::Planned(planned) => &planned.name,
            Self::Unchanged(unchanged) => &unchanged.name,
        }
    }

    fn reasons(&self) -> &'a [Reason] {
        match self {
            Self::Planned(planned) => &planned.reasons,
            Self::Unchanged(unchanged) => &unchanged.reasons,
        }
    }

    fn what(&self) -> String {
        match self {
            Self::Planned(Planned { name, to, new: true, .. }) => format!("{name} {to} (new)"),
            Self::Planned(Planned { name, from, to, bump, .. }) => {
                format!("{name} {from} -> {to} ({bump})")
            }
            Self::Unchanged(unchanged) => format!("{} {} stays", unchanged.name, unchanged.version),
        }
    }
}
