//! The bytes of a package that was released.

use super::registries::Registries;
use cargo_orchestrate::model::{Digest, PackageName, RegistryName, Version};
use std::fs;

impl Registries {
    /// A released package: what Cargo downloaded before, or else what the registry sends. Nobody
    /// is asked offline.
    ///
    /// # Errors
    /// Why nobody has the bytes of this checksum, in words.
    pub(crate) fn released(
        &self,
        registry: &RegistryName,
        package: &PackageName,
        version: &Version,
        checksum: &Digest,
    ) -> Result<Vec<u8>, String> {
        let file = format!("{package}-{version}.crate");
        let caches = self.configuration.cargo_home.as_ref();
        let caches = caches.and_then(|home| fs::read_dir(home.join("registry/cache")).ok());
        let found = caches.into_iter().flatten().flatten().find_map(|cache| {
            let bytes = fs::read(cache.path().join(&file)).ok()?;
            (Digest::of(&bytes) == *checksum).then_some(bytes)
        });
        if let Some(bytes) = found {
            return Ok(bytes);
        }
        if self.offline.is_some() {
            return Err("it was never downloaded on this machine".to_owned());
        }
        let bytes = self.download(registry, package, version).map_err(|trouble| trouble.text)?;
        if Digest::of(&bytes) == *checksum {
            Ok(bytes)
        } else {
            Err("the registry sent other bytes than its index names".to_owned())
        }
    }
}
