//! What all pictures show: the packages by wave, and the dependencies between them.

use crate::model::{Bump, EdgeKind, PackageName, breaks};
use crate::plan::{Plan, Planned};
use std::collections::{BTreeMap, BTreeSet};

/// The packages of a plan and what runs between them.
#[derive(Debug)]
pub(super) struct Chart<'a> {
    /// In publishing order; those that no wave holds come last.
    pub(super) packages: Vec<&'a Planned>,
    /// The indices of the packages of each wave; a last one for those that have no order, if there
    /// are any.
    pub(super) waves: Vec<Wave>,
    /// Sorted by the packages at their ends.
    pub(super) links: Vec<Link>,
    /// How many dependencies are not drawn, since the others imply them.
    pub(super) implied: usize,
}

/// Packages that can be published side by side.
#[derive(Debug)]
pub(super) struct Wave {
    pub(super) title: String,
    pub(super) packages: Vec<usize>,
}

/// A dependency, drawn the way a release goes: from what is needed to what needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    /// The dependency.
    pub(super) from: usize,
    /// The dependent.
    pub(super) to: usize,
    pub(super) weight: Weight,
}

/// How a dependency is drawn; the strongest sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Weight {
    /// The release of the dependency is a reason for that of the dependent.
    Propagates,
    /// A normal or build dependency.
    Needs,
    /// A dev-dependency that Cargo looks up in the registry when it packs.
    Tests,
}

impl<'a> Chart<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let by_name: BTreeMap<&PackageName, &Planned> =
            plan.packages.iter().map(|planned| (&planned.name, planned)).collect();
        let mut packages: Vec<&Planned> = Vec::new();
        let mut waves: Vec<Wave> = Vec::new();
        let mut place: BTreeMap<&PackageName, usize> = BTreeMap::new();
        for wave in &plan.waves {
            let title = format!("wave {}", waves.len() + 1);
            let first = packages.len();
            packages.extend(wave.iter().filter_map(|name| by_name.get(name)));
            waves.push(Wave { title, packages: (first..packages.len()).collect() });
        }
        place.extend(packages.iter().enumerate().map(|(index, planned)| (&planned.name, index)));
        let first = packages.len();
        packages.extend(plan.packages.iter().filter(|p| !place.contains_key(&p.name)));
        if packages.len() > first {
            let title = "no order".to_owned();
            waves.push(Wave { title, packages: (first..packages.len()).collect() });
        }
        place.extend(packages.iter().enumerate().map(|(index, planned)| (&planned.name, index)));
        let mut chart = Self { packages, waves, links: Vec::new(), implied: 0 };
        chart.links = chart.links(plan, &place);
        chart.leave_out_what_is_implied();
        chart
    }

    /// The strongest link between each two packages. Links between two packages without an order
    /// run both ways; a dev-dependency that orders nothing is none.
    fn links(&self, plan: &Plan, place: &BTreeMap<&PackageName, usize>) -> Vec<Link> {
        let wave_of = self.wave_of();
        let mut strongest: BTreeMap<(usize, usize), Weight> = BTreeMap::new();
        for edge in &plan.edges {
            let ends = (place.get(&edge.dependency), place.get(&edge.dependent));
            let (Some(&from), Some(&to)) = ends else { continue };
            let weight = match edge.kind {
                _ if edge.propagates => Weight::Propagates,
                EdgeKind::Normal | EdgeKind::Build => Weight::Needs,
                EdgeKind::Dev if edge.requirement.is_some() && wave_of[from] < wave_of[to] => {
                    Weight::Tests
                }
                EdgeKind::Dev => continue,
            };
            let known = strongest.entry((from, to)).or_insert(weight);
            *known = (*known).min(weight);
        }
        let links = strongest.into_iter().map(|((from, to), weight)| Link { from, to, weight });
        links.collect()
    }

    /// The place of each package's wave.
    pub(super) fn wave_of(&self) -> Vec<usize> {
        let mut wave_of = vec![0; self.packages.len()];
        for (place, wave) in self.waves.iter().enumerate() {
            for &package in &wave.packages {
                wave_of[package] = place;
            }
        }
        wave_of
    }

    /// Leaves out the links that say nothing new: a longer way leads from one end to the other. For a
    /// link that propagates, only a way of links that propagate says the same.
    fn leave_out_what_is_implied(&mut self) {
        let wave_of = self.wave_of();
        let ways = |strong_only: bool| {
            let mut ways: Vec<Vec<usize>> = vec![Vec::new(); self.packages.len()];
            for link in self.links.iter().filter(|link| wave_of[link.from] < wave_of[link.to]) {
                if !strong_only || link.weight == Weight::Propagates {
                    ways[link.from].push(link.to);
                }
            }
            ways
        };
        let (all, strong) = (ways(false), ways(true));
        let is_implied = |link: &Link| {
            let ways = if link.weight == Weight::Propagates { &strong } else { &all };
            let mut seen: BTreeSet<usize> = BTreeSet::new();
            let mut next: Vec<usize> =
                ways[link.from].iter().copied().filter(|&via| via != link.to).collect();
            while let Some(at) = next.pop() {
                if at == link.to {
                    return true;
                }
                // Ways only lead to later waves.
                if wave_of[at] < wave_of[link.to] && seen.insert(at) {
                    next.extend(&ways[at]);
                }
            }
            false
        };
        let before = self.links.len();
        self.links.retain(|link| wave_of[link.from] >= wave_of[link.to] || !is_implied(link));
        self.implied = before - self.links.len();
    }
}

/// `0.1.0 → 0.2.0`, or one version where it stays.
pub(super) fn move_of(planned: &Planned) -> String {
    if planned.from == planned.to {
        planned.to.to_string()
    } else {
        format!("{} → {}", planned.from, planned.to)
    }
}

/// How far it moves in words that say the same as the colour: `minor, breaking`.
pub(super) fn bump_words(planned: &Planned) -> String {
    let word = match planned.bump {
        Bump::None if planned.new => "new".to_owned(),
        Bump::None => "as it stands".to_owned(),
        bump => bump.to_string(),
    };
    if is_breaking(planned) { format!("{word}, breaking") } else { word }
}

/// Whether a default requirement on the version before excludes the new one. Below 1.0.0 this is so
/// for a minor bump as well.
pub(super) fn is_breaking(planned: &Planned) -> bool {
    planned.bump > Bump::Pre && breaks(&planned.from, &planned.to)
}

/// The colours of a bump: of what is drawn around a box, and of what lies inside it.
pub(super) fn colours(bump: Bump) -> (&'static str, &'static str) {
    match bump {
        Bump::Major => ("#b42318", "#fee4e2"),
        Bump::Minor => ("#175cd3", "#dceafe"),
        Bump::Patch => ("#067647", "#dcfae6"),
        Bump::Pre => ("#6941c6", "#ebe9fe"),
        Bump::None => ("#475467", "#eaecf0"),
    }
}

/// The bumps that occur, the largest first.
pub(super) fn bumps(plan: &Plan) -> Vec<(Bump, usize)> {
    let mut count: BTreeMap<Bump, usize> = BTreeMap::new();
    for planned in &plan.packages {
        *count.entry(planned.bump).or_default() += 1;
    }
    count.into_iter().rev().collect()
}

/// `4 of 5 packages in 4 waves`.
pub(super) fn headline(plan: &Plan) -> String {
    if plan.packages.is_empty() {
        return "nothing to release".to_owned();
    }
    let all = plan.packages.len() + plan.unchanged.len();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    format!(
        "{} of {all} package{} in {} wave{}",
        plan.packages.len(),
        plural(all),
        plan.waves.len(),
        plural(plan.waves.len())
    )
}
