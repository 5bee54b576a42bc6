//! Dependencies up and down, the order that follows from them, and the requirements that change.

use super::escape::code;
use super::scope::in_order;
use super::{Page, count, some};
use crate::model::{EdgeKind, PackageName, VersionReq};
use crate::plan::{Plan, PlanEdge, Planned, Stay, Unchanged};
use std::collections::{BTreeMap, BTreeSet};

/// How many packages one cell of the table names.
const NAMES: usize = 12;
/// Tables with more rows are folded away.
const ROWS: usize = 24;

pub(super) fn write(page: &mut Page, plan: &Plan) {
    if plan.edges.is_empty() {
        return;
    }
    page.heading("Dependencies");
    let graph = Graph::of(plan);
    let rows: Vec<[String; 4]> =
        in_order(plan).into_iter().filter_map(|planned| graph.row(planned)).collect();
    page.folded(&count(rows.len(), "package"), rows.len() > ROWS, |page| {
        page.table(["Package", "Needs", "Follow it", "Need it and stay"], &rows);
    });
}

struct Graph<'a> {
    released: BTreeMap<&'a PackageName, &'a Planned>,
    stays: BTreeMap<&'a PackageName, &'a Unchanged>,
    needs: BTreeMap<&'a PackageName, Vec<&'a PlanEdge>>,
    needed: BTreeMap<&'a PackageName, Vec<&'a PlanEdge>>,
}

impl<'a> Graph<'a> {
    fn of(plan: &'a Plan) -> Self {
        let mut needs: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut needed: BTreeMap<_, Vec<_>> = BTreeMap::new();
        // Dev-dependencies never cause a release and do not reach users.
        for edge in plan.edges.iter().filter(|edge| edge.kind != EdgeKind::Dev) {
            needs.entry(&edge.dependent).or_default().push(edge);
            needed.entry(&edge.dependency).or_default().push(edge);
        }
        Self {
            released: plan.packages.iter().map(|planned| (&planned.name, planned)).collect(),
            stays: plan.unchanged.iter().map(|stays| (&stays.name, stays)).collect(),
            needs,
            needed,
        }
    }

    fn row(&self, planned: &Planned) -> Option<[String; 4]> {
        let edges = |of: &BTreeMap<&PackageName, Vec<&'a PlanEdge>>| {
            of.get(&planned.name).cloned().unwrap_or_default()
        };
        let (needs, needed) = (edges(&self.needs), edges(&self.needed));
        if needs.is_empty() && needed.is_empty() {
            return None;
        }
        let needs: BTreeSet<String> =
            needs.iter().map(|edge| self.end(&edge.dependency, edge)).collect();
        let follows: BTreeSet<&PackageName> =
            needed.iter().filter(|edge| edge.propagates).map(|edge| &edge.dependent).collect();
        // What is released for reasons of its own neither follows nor stays.
        let stay = needed.iter().filter(|edge| !self.released.contains_key(&edge.dependent));
        let stay: BTreeSet<String> = stay.map(|edge| self.end(&edge.dependent, edge)).collect();
        let follow: Vec<String> = follows.iter().map(|name| self.version(name)).collect();
        let cell = |names: BTreeSet<String>| some(&names.into_iter().collect::<Vec<_>>(), NAMES);
        Some([self.version(&planned.name), cell(needs), some(&follow, NAMES), cell(stay)])
    }

    /// A package at the other end, with what the edge requires where it stays as it is.
    fn end(&self, name: &PackageName, edge: &PlanEdge) -> String {
        let text = self.version(name);
        let kind = if edge.kind == EdgeKind::Build { ", to build" } else { "" };
        match (self.released.contains_key(name), &edge.requirement) {
            (true, _) => format!("{text}{kind}"),
            (false, Some(requirement)) if *name == edge.dependent => {
                format!("{text}, stays: {}{kind}", self.why(edge, requirement))
            }
            (false, _) => format!("{text}, stays{kind}"),
        }
    }

    /// Why the dependent of a released package stays. What is kept out of releases stays whatever
    /// it requires; of everything else it is the requirement that says so.
    fn why(&self, edge: &PlanEdge, requirement: &str) -> String {
        match self.stays.get(&edge.dependent).map(|stays| stays.stay()) {
            Some(Stay::Unchanged) | None => {}
            Some(kept_out) => return kept_out.to_string(),
        }
        let to = self.released.get(&edge.dependency).map(|planned| &planned.to);
        let required = VersionReq::parse(requirement);
        let matches = to.zip(required.ok()).is_some_and(|(to, required)| required.matches(to));
        format!("{} {}", code(requirement), if matches { "matches" } else { "does not match" })
    }

    fn version(&self, name: &PackageName) -> String {
        let version = self.released.get(name).map(|planned| &planned.to);
        let version = version.or(self.stays.get(name).map(|stays| &stays.version));
        let version = version.map(|version| format!(" {version}")).unwrap_or_default();
        format!("{}{version}", code(name.as_str()))
    }
}

/// The publishing order.
pub(super) fn waves(page: &mut Page, plan: &Plan) {
    page.heading("Order");
    page.line("Each wave needs only packages of the waves before it.");
    page.gap();
    for (number, wave) in plan.waves.iter().enumerate() {
        let names: Vec<String> = wave.iter().map(|name| code(name.as_str())).collect();
        page.line(format_args!("{}. {}", number + 1, names.join(", ")));
    }
}

pub(super) fn requirements(page: &mut Page, plan: &Plan) {
    if plan.requirements.is_empty() {
        return;
    }
    page.heading("Requirements rewritten");
    let rows: Vec<[String; 4]> = plan
        .requirements
        .iter()
        .map(|change| {
            [code(change.file.as_str()), code(&change.key), code(&change.from), code(&change.to)]
        })
        .collect();
    page.folded(&count(rows.len(), "requirement"), rows.len() > ROWS, |page| {
        page.table(["File", "Key", "From", "To"], &rows);
    });
}
