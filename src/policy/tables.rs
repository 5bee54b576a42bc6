//! The tables of the workspace's configuration, each with names of its own.

use super::parse::Reader;
use super::place::Source;
use super::{PolicyError, PolicyNote, downstream, gate, group, nearest, registry, release_type};
use crate::model::RegistryName;
use toml_edit::Item;

impl Reader<'_> {
    /// The groups; those of the file take the place of those of the manifest.
    pub(super) fn groups(&mut self, source: &Source<'_>, item: &Item) -> Result<(), PolicyError> {
        self.policy.groups.clear();
        for table in group::tables(source, item)? {
            for (key, _) in table.iter().filter(|(key, _)| !group::KEYS.contains(key)) {
                self.unknown(source, table, key, &group::KEYS);
            }
            let read = group::read(source, (item, table), &self.names, &mut self.notes)?;
            self.policy.groups.push(read);
        }
        Ok(())
    }

    /// The tables of single registries.
    pub(super) fn registries(
        &mut self,
        source: &Source<'_>,
        item: &Item,
    ) -> Result<(), PolicyError> {
        for (name, own, table) in registry::tables(source, item)? {
            for (key, _) in table.iter().filter(|(key, _)| !registry::KEYS.contains(key)) {
                self.unknown(source, table, key, &registry::KEYS);
            }
            if !self.goes_to.contains(&name) {
                let known = self.goes_to.iter().map(RegistryName::as_str);
                // Another name may be meant for `--registry`.
                self.notes.extend(nearest(name.as_str(), known).map(|near| {
                    let text = format!("no package goes to a registry called `{name}`");
                    let place = source.place(own.span());
                    PolicyNote::without_effect(place, text).hint(format!("did you mean `{near}`?"))
                }));
            }
            self.policy.registries.insert(name, registry::read(source, table)?);
        }
        Ok(())
    }

    /// The repositories downstream; those of the file take the place of those of the manifest.
    pub(super) fn downstream(
        &mut self,
        source: &Source<'_>,
        item: &Item,
    ) -> Result<(), PolicyError> {
        self.policy.downstream.clear();
        for named in downstream::tables(source, item)? {
            for (key, _) in named.2.iter().filter(|(key, _)| !downstream::KEYS.contains(key)) {
                self.unknown(source, named.2, key, &downstream::KEYS);
            }
            self.policy.downstream.push(downstream::read(source, named)?);
        }
        Ok(())
    }

    /// The gates; those of the file take the place of those of the manifest.
    pub(super) fn gates(&mut self, source: &Source<'_>, item: &Item) -> Result<(), PolicyError> {
        self.policy.gates.clear();
        for named in gate::tables(source, item)? {
            for (key, _) in named.2.iter().filter(|(key, _)| !gate::KEYS.contains(key)) {
                self.unknown(source, named.2, key, &gate::KEYS);
            }
            let gate = gate::read(source, named)?;
            self.policy.gates.insert(gate.name.clone(), gate);
        }
        Ok(())
    }

    /// The types of releases; those of the file take the place of those of the manifest.
    pub(super) fn types(&mut self, source: &Source<'_>, item: &Item) -> Result<(), PolicyError> {
        self.policy.types.clear();
        self.gates.clear();
        for (of, table) in release_type::tables(source, item)? {
            for (key, _) in table.iter().filter(|(key, _)| !release_type::KEYS.contains(key)) {
                self.unknown(source, table, key, &release_type::KEYS);
            }
            let (policy, places) = release_type::read(source, table)?;
            self.gates.extend(places.into_iter().zip(policy.gates.iter().cloned()));
            self.policy.types.insert(of, policy);
        }
        Ok(())
    }

    /// Makes sure that every gate that a type of releases names is there: one that is not would be
    /// passed by everything.
    pub(super) fn named_gates(&mut self) -> Result<(), PolicyError> {
        let gates = &self.policy.gates;
        if let Some((place, name)) = self.gates.iter().find(|(_, name)| !gates.contains_key(name)) {
            let near = nearest(name, gates.keys().map(String::as_str));
            let near = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it needs a table `[gate.{name}]` with its `command`"),
            };
            let message = format!("`gates`: no gate is called `{name}`; {near}");
            return Err(PolicyError { place: place.clone(), message });
        }
        let unused = gates.values().filter(|gate| self.gates.iter().all(|it| it.1 != gate.name));
        let notes = unused.map(|gate| {
            let text = format!("no type of releases has the gate `{}`", gate.name);
            let hint = format!("`[type.regular]` with `gates = [\"{}\"]` has it run", gate.name);
            PolicyNote::without_effect(gate.place.clone(), text).hint(hint)
        });
        self.notes.extend(notes);
        Ok(())
    }
}
