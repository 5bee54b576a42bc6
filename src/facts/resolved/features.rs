//! Following features from a package to all it needs.

use super::{Need, Place, Resolved, Side};
use crate::model::PackageName;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What a package and all it needs are built with when nothing else is built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alone {
    places: BTreeMap<Place, Enabled>,
}

/// What is switched on of a package in one of its builds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Enabled {
    features: BTreeSet<String>,
    optional: BTreeSet<String>,
}

impl Alone {
    /// Whether the two share no build that they want different features of: built at once, each
    /// gets exactly what it would get alone.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        self.places
            .iter()
            .all(|(place, enabled)| other.places.get(place).is_none_or(|theirs| theirs == enabled))
    }

    /// Adds what another one, which [agrees](Self::agrees), is built with.
    pub fn extend(&mut self, other: &Self) {
        for (place, enabled) in &other.places {
            self.places.entry(*place).or_insert_with(|| enabled.clone());
        }
    }
}

impl Resolved {
    /// What a member is built with alone, with its default features; nothing for a stranger.
    #[must_use]
    pub fn alone(&self, member: &PackageName) -> Option<Alone> {
        let root = *self.members.get(member)?;
        let mut walk = Walk::new(self);
        // A macro's other targets, as programs beside it, are built for the target all the same.
        let sides: &[Side] = if self.packages[root].has_macro {
            &[Side::Target, Side::Host]
        } else {
            &[Side::Target]
        };
        for side in sides {
            walk.package((root, *side), &self.asked(root, &[], true));
        }
        Some(Alone { places: walk.enabled.into_iter().collect() })
    }

    /// The features that `other` switches on of what `one` needs, and that `one` does not have
    /// alone: package and feature.
    #[must_use]
    pub fn lent(&self, one: &Alone, other: &Alone) -> BTreeSet<(String, String)> {
        let mut lent = BTreeSet::new();
        for (place, enabled) in &one.places {
            let Some(theirs) = other.places.get(place) else { continue };
            for feature in theirs.features.difference(&enabled.features) {
                lent.insert((self.packages[place.0].name.clone(), feature.clone()));
            }
        }
        lent
    }

    /// The features that somebody asks for who names these.
    fn asked(&self, package: usize, features: &[String], default: bool) -> Vec<String> {
        let mut asked = features.to_vec();
        if default && self.packages[package].features.contains_key("default") {
            asked.push("default".to_owned());
        }
        asked
    }
}

/// The walk from a package to all it needs.
struct Walk<'a> {
    resolved: &'a Resolved,
    enabled: HashMap<Place, Enabled>,
    /// The builds whose unconditional dependencies were followed.
    followed: HashSet<Place>,
    /// The features that `alias?/feature` asks for once something needs the alias.
    waiting: HashMap<(Place, String), BTreeSet<String>>,
}

impl<'a> Walk<'a> {
    fn new(resolved: &'a Resolved) -> Self {
        Self {
            resolved,
            enabled: HashMap::new(),
            followed: HashSet::new(),
            waiting: HashMap::new(),
        }
    }

    fn package(&mut self, place: Place, asked: &[String]) {
        self.enabled.entry(place).or_default();
        for value in asked {
            self.value(place, value);
        }
        if !self.followed.insert(place) {
            return;
        }
        for (need, on) in self.needs(place) {
            if !need.is_optional {
                self.package(
                    on,
                    &self.resolved.asked(need.on, &need.features, need.default_features),
                );
            }
        }
    }

    /// One entry of a list of features: `feature`, `dep:alias`, `alias/feature`, `alias?/feature`.
    fn value(&mut self, place: Place, value: &str) {
        if let Some(alias) = value.strip_prefix("dep:") {
            self.optional(place, alias);
        } else if let Some((alias, feature)) = value.split_once('/') {
            match alias.strip_suffix('?') {
                Some(alias) => self.feature_of(place, alias, feature, true),
                None => self.feature_of(place, alias, feature, false),
            }
        } else {
            self.feature(place, value);
        }
    }

    fn feature(&mut self, place: Place, feature: &str) {
        let enabled = self.enabled.entry(place).or_default();
        if !enabled.features.insert(feature.to_owned()) {
            return;
        }
        let resolved = self.resolved;
        for value in resolved.packages[place.0].features.get(feature).into_iter().flatten() {
            self.value(place, value);
        }
    }

    /// An optional dependency is switched on.
    fn optional(&mut self, place: Place, alias: &str) {
        self.enabled.entry(place).or_default().optional.insert(alias.to_owned());
        let waiting = self.waiting.remove(&(place, alias.to_owned())).unwrap_or_default();
        for (need, on) in self.needs(place) {
            if need.alias == alias {
                for feature in &waiting {
                    self.value(on, feature);
                }
                self.package(
                    on,
                    &self.resolved.asked(need.on, &need.features, need.default_features),
                );
            }
        }
    }

    fn feature_of(&mut self, place: Place, alias: &str, feature: &str, is_weak: bool) {
        for (need, on) in self.needs(place) {
            if need.alias != alias {
                continue;
            }
            if need.is_optional {
                let is_on = self.enabled.get(&place).is_some_and(|it| it.optional.contains(alias));
                if is_weak && !is_on {
                    let waiting = self.waiting.entry((place, alias.to_owned())).or_default();
                    waiting.insert(feature.to_owned());
                    continue;
                }
                self.optional(place, alias);
                // Without `dep:` an optional dependency is a feature, too.
                if !is_weak && self.resolved.packages[place.0].features.contains_key(alias) {
                    self.feature(place, alias);
                }
            }
            self.value(on, feature);
        }
    }

    /// What a package needs in one of its builds, each with the build that is needed.
    fn needs(&self, (at, side): Place) -> Vec<(&'a Need, Place)> {
        let resolved = self.resolved;
        let needs = resolved.packages[at]
            .needs
            .iter()
            .filter(|need| need.sides.contains(if need.is_build { &Side::Host } else { &side }));
        needs
            .map(|need| {
                let is_for_host = need.is_build || resolved.packages[need.on].is_macro;
                (need, (need.on, if is_for_host { Side::Host } else { side }))
            })
            .collect()
    }
}
