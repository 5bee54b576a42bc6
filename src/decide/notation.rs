//! Facts, requests and answers as text, for tests.
//!
//! Packages, separated by `;`: a name, a version, flags and dependencies.
//!
//! `app 2.0.0 bin -> base ^1.4 -dev-> helper -build-> gen 0.1 -private-> inner =1.0.0`,
//! and `-public-> base 1` for a public dependency, `-inherited-> base 1` for a requirement from the root's manifest.
//!
//! Without flags a package has a library, was released at the version of its manifest and is
//! tagged there. `bin`: only a binary. `macro`: a procedural macro. `unpublishable`, `inherits`, `held`: as the words say. `new`:
//! never published nor tagged. `released=V`: tagged and published as V. `tagged=V`: tagged as V.
//! `published=V,V`: exactly these are published. `yanked=V`: these as well, yanked. `untagged`: no
//! tag. `silent`: the registry does not answer. `required=base:^1`: what its published versions
//! require. `from=1a2b3c4`: published from this commit, without a tag. `at=1a2b3c4,…`: the manifest said this
//! version in these commits already; `before=1a2b3c4,…`: in the ones before them, too.
//!
//! What happened, a line each: `base: feat!: drop it` is a commit with a change in what is packed,
//! `base? docs: say so` one without, `base~ src/lib.rs`, `base~ key:dependencies.x` and
//! `base~ lock:serde 1.0.1` are changes without a commit. `+ one.md base=minor,app=patch: say so` is
//! a changeset.

use super::{Decided, Note, Request, RequestedBump, decide};
use crate::facts::changeset::{Contents, Found, Level, compose};
use crate::facts::{
    Baseline, BaselineSource, Changesets, Commit, Dependencies, Evidence, Facts, History,
    Published, PublishedVersion,
};
use crate::model::{
    Bump, Digest, Edge, EdgeKind, Oid, Package, PackageMetadata, PackageName, PreId, PublishTo,
    RegistryName, RelPath, Version, VersionReq, Workspace,
};
use crate::policy::{Group, GroupKind, Place, Policy, Propagate};

/// Facts and policy from the notation.
pub(crate) fn world(packages: &str, happened: &str) -> (Facts, Policy) {
    let mut facts = Facts { workspace: Workspace::default(), ..Facts::default() };
    let mut policy = Policy::default();
    for text in packages.split([';', '\n']).map(str::trim).filter(|text| !text.is_empty()) {
        add_package(text, &mut facts, &mut policy);
    }
    let (changesets, lines): (Vec<&str>, Vec<&str>) = happened
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .partition(|line| line.starts_with('+'));
    let folder = RelPath::new(".changeset").expect("a path");
    let found = changesets.into_iter().map(changeset).collect();
    facts.changesets = Changesets::read(folder, found, &facts.workspace);
    for (number, line) in lines.into_iter().enumerate() {
        add_event(line, number, &mut facts);
    }
    (facts, policy)
}

pub(crate) fn name(text: &str) -> PackageName {
    PackageName::new(text).expect("a package name")
}

pub(crate) fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn versions(text: &str) -> Vec<Version> {
    text.split(',').map(version).collect()
}

fn add_package(text: &str, facts: &mut Facts, policy: &mut Policy) {
    let mut words = text.split_whitespace().peekable();
    let own = name(words.next().expect("a package has a name"));
    let at = version(words.next().expect("a package has a version"));
    let mut package = plain_package(&own, &at);
    let mut tagged = Some(at.clone());
    let mut published = vec![at];
    let (mut yanked, mut silent, mut required) = (Vec::new(), false, Vec::new());
    let (mut from, mut stands_at, mut stood_before) = (None, Vec::new(), Vec::new());
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').unwrap_or((word, ""));
        match flag {
            "bin" => (package.has_library, package.has_binary) = (false, true),
            "macro" => package.is_macro = true,
            "unpublishable" => package.publish = PublishTo::Nowhere,
            "inherits" => package.inherits_version = true,
            "held" => drop(policy.held.insert(own.clone())),
            "new" => (tagged, published) = (None, Vec::new()),
            "released" => (tagged, published) = (Some(version(value)), vec![version(value)]),
            "tagged" => tagged = Some(version(value)),
            "published" if value.is_empty() => published = Vec::new(),
            "published" => published = versions(value),
            "yanked" => yanked = versions(value),
            "untagged" => tagged = None,
            "from" => (from, stands_at) = (Some(Oid::from_hex(value)), vec![value]),
            "at" => stands_at = value.split(',').collect(),
            "before" => stood_before = value.split(',').collect(),
            "silent" => silent = true,
            "required" => {
                let (dependency, requirement) = value.split_once(':').expect("base:^1");
                let requirement = VersionReq::parse(requirement).expect("a requirement");
                required.push((name(dependency), requirement));
            }
            arrow => {
                let to = name(words.next().expect("an arrow points to a package"));
                let req = words.next_if(|word| !word.ends_with('>'));
                if arrow == "-private->" {
                    policy.private_edges.insert((own.clone(), to.clone()));
                }
                package.edges.push(edge(arrow, to, req));
            }
        }
    }
    let live = published.into_iter().map(|version| entry(version, false));
    let burned = yanked.into_iter().map(|version| entry(version, true));
    let mut entries: Vec<PublishedVersion> = live.chain(burned).collect();
    for entry in &mut entries {
        entry.dependencies = required.iter().cloned().collect();
    }
    let published =
        if silent { Published::Unknown("no answer".to_owned()) } else { Published::Known(entries) };
    if package.is_publishable() {
        facts.published.insert(own.clone(), published);
    }
    let baseline = tagged.map(|version| Baseline {
        source: match &from {
            Some(_) => BaselineSource::VcsInfo,
            None => BaselineSource::Tag(format!("{own}-v{version}")),
        },
        oid: from.unwrap_or_else(|| Oid::from_hex("0000000")),
        is_own: false,
        version,
    });
    let commits = |names: Vec<&str>| names.into_iter().map(Oid::from_hex).collect();
    let (stands_at, stood_before) = (commits(stands_at), commits(stood_before));
    let history = History { baseline, stands_at, stood_before, ..History::default() };
    facts.history.insert(own.clone(), history);
    facts.workspace.packages.insert(own, package);
}

fn plain_package(own: &PackageName, at: &Version) -> Package {
    let dir = RelPath::new(own.as_str()).expect("a folder");
    Package {
        name: own.clone(),
        version: at.clone(),
        manifest: dir.join("Cargo.toml").expect("a file"),
        dir,
        publish: PublishTo::Registries(vec![RegistryName::crates_io()]),
        has_library: true,
        is_macro: false,
        has_binary: false,
        inherits_version: false,
        edges: Vec::new(),
        externals: Vec::new(),
        include: Vec::new(),
        exclude: Vec::new(),
        outside: Vec::new(),
        metadata: PackageMetadata::default(),
    }
}

fn edge(arrow: &str, to: PackageName, requirement: Option<&str>) -> Edge {
    let kind = match arrow {
        "->" | "-private->" | "-public->" | "-inherited->" => EdgeKind::Normal,
        "-dev->" => EdgeKind::Dev,
        "-build->" => EdgeKind::Build,
        other => panic!("`{other}` is no flag and no arrow"),
    };
    Edge {
        to,
        kind,
        requirement: requirement.map(|text| VersionReq::parse(text).expect("a requirement")),
        optional: false,
        target: None,
        rename: None,
        registry: None,
        inherited: arrow == "-inherited->",
        public: arrow == "-public->",
    }
}

fn entry(version: Version, yanked: bool) -> PublishedVersion {
    let (checksum, dependencies) = (Digest::default(), Dependencies::default());
    PublishedVersion { version, yanked, checksum, dependencies }
}

/// A file from `+ one.md base=minor,app=patch: say so`.
fn changeset(line: &str) -> Found {
    let (head, text) = line[1..].split_once(':').expect("a changeset has a text");
    let (file, intents) = head.trim().split_once(' ').expect("a changeset has a file");
    let intents: Vec<(PackageName, Level)> = intents
        .split(',')
        .map(|intent| intent.split_once('=').expect("a package has a level"))
        .map(|(of, level)| (name(of.trim()), level.parse().expect("a level")))
        .collect();
    Found {
        file: RelPath::new(format!(".changeset/{file}")).expect("a path"),
        tracked: true,
        contents: Contents::Bytes(compose(&intents, text).into_bytes()),
    }
}

fn add_event(line: &str, number: usize, facts: &mut Facts) {
    let at = line.find([':', '?', '~']).expect("a line names its package");
    let (own, kind, rest) = (name(&line[..at]), &line[at..=at], line[at + 1..].trim());
    let history = facts.history.get_mut(&own).expect("a package of the workspace");
    if kind != "?" {
        history.evidence.push(match rest.split_once(':') {
            Some(("key", key)) if kind == "~" => Evidence::ManifestKey(key.to_owned()),
            Some(("input", path)) if kind == "~" => {
                Evidence::Input(RelPath::new(path).expect("a path"))
            }
            Some(("lock", entry)) if kind == "~" => Evidence::Locked(entry.to_owned()),
            _ if kind == "~" => Evidence::Path(RelPath::new(rest).expect("a path")),
            _ => Evidence::Path(RelPath::new(format!("{own}/src/lib.rs")).expect("a path")),
        });
    }
    if kind != "~" {
        let oid = Oid::from_hex(format!("{:07x}", number + 1));
        let message = rest.replace("\\n", "\n");
        history.commits.insert(0, Commit { oid, message, routed_by_scope: false });
    }
}

/// A request from options: `-p NAME`, `-x NAME`, `NAME=LEVEL-OR-VERSION`, `always`, `minor`,
/// `pre:rc`, `pre:NAME=rc`, `finish`, `finish:NAME`, `hotfix`; and groups, as `fixed:core=a,b` or
/// `linked:core=a,b`.
pub(crate) fn request(options: &str, policy: &mut Policy) -> Request {
    let mut request = Request::default();
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        if let Some((kind, rest)) = word.split_once(':') {
            special(kind, rest, &mut request, policy);
            continue;
        }
        match (word, word.split_once('=')) {
            ("-p", _) => request.only.push(name(words.next().expect("a name"))),
            ("-x", _) => request.exclude.push(name(words.next().expect("a name"))),
            ("always", _) => policy.propagate = Propagate::Always,
            ("minor", _) => policy.features_move_minor = true,
            ("finish", _) => request.finish = true,
            ("hotfix", _) => request.hotfix = true,
            ("require", _) => policy.require_changeset = true,
            (_, Some((of, how))) => {
                let bump = match how {
                    "patch" => RequestedBump::Part(Bump::Patch),
                    "minor" => RequestedBump::Part(Bump::Minor),
                    "major" => RequestedBump::Part(Bump::Major),
                    text => RequestedBump::Exactly(version(text)),
                };
                request.bumps.insert(name(of), bump);
            }
            (other, None) => panic!("`{other}` is no option"),
        }
    }
    request
}

fn special(kind: &str, rest: &str, request: &mut Request, policy: &mut Policy) {
    let id = |text: &str| PreId::new(text).expect("a line");
    match (kind, rest.split_once('=')) {
        ("pre", None) => request.pre = Some(id(rest)),
        ("pre", Some((of, line))) => drop(request.pre_of.insert(name(of), id(line))),
        ("finish", _) => drop(request.finish_of.insert(name(rest))),
        ("fixed" | "linked", Some((called, members))) => policy.groups.push(Group {
            name: called.to_owned(),
            kind: if kind == "fixed" { GroupKind::Fixed } else { GroupKind::Linked },
            packages: members.split(',').map(name).collect(),
            place: Place {
                file: RelPath::new("orchestrate.toml").expect("a path"),
                line: 1,
                column: 1,
                excerpt: String::new(),
            },
        }),
        _ => panic!("`{kind}:{rest}` is no option"),
    }
}

/// What is decided, in lines.
pub(crate) fn decided(packages: &str, happened: &str, options: &str) -> String {
    let (facts, mut policy) = world(packages, happened);
    let request = request(options, &mut policy);
    decide(&facts, &policy, &request).map_or_else(|error| error.to_string(), |it| lines(&it))
}

fn lines(decided: &Decided) -> String {
    let mut lines: Vec<String> = Vec::new();
    for decision in &decided.decisions {
        let (name, from, to) = (&decision.package, &decision.from, &decision.to);
        let step =
            if from == to { format!("{name} {to}") } else { format!("{name} {from} -> {to}") };
        let rules: Vec<String> = decision
            .reasons
            .iter()
            .map(|reason| {
                let chain = reason.because.iter().map(|name| format!(" < {name}"));
                format!("{}{}", reason.rule, chain.collect::<String>())
            })
            .collect();
        lines.push(format!("{step} ({}): {}", decision.bump, rules.join(", ")));
    }
    lines.extend(decided.notes.iter().map(note_line));
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
}

fn note_line(note: &Note) -> String {
    match note {
        Note::RaisedTooLittle { package, manifest, needed } => {
            format!("! {package}: raised to {manifest}, needs {needed}")
        }
        Note::AskedTooLittle { package, asked, needed } => {
            format!("! {package}: asked for {asked}, needs {needed}")
        }
        Note::Downgrade { package, asked, above } => {
            format!("! {package}: asked for {asked}, is at {above}")
        }
        Note::TaggedNeverPublished { package, tag, .. } => {
            format!("! {package}: {tag} was never published, and it changed")
        }
        Note::TagMissing { package, version, .. } => format!("! {package}: no tag for {version}"),
        Note::VersionExists { package, version, latest, .. } => {
            format!("! {package}: {version} exists, latest is {latest}")
        }
        Note::RegistryUnreachable { package, why } => format!("! {package}: {why}"),
        Note::WouldFollow { package, requirement, dependency, .. } => {
            format!("! {package}: would follow {dependency} ({requirement})")
        }
        Note::LevelGuessed { package } => format!("! {package}: its commits do not say"),
        Note::ChangesetMissing { package } => format!("! {package}: no changeset"),
        Note::ChangesetIdle { package, file, why } => format!("! {package}: {file} idle, {why:?}"),
        Note::LineGoesDown { package, id, to } => {
            format!("! {package}: {id} lies below, next is {to}")
        }
        Note::LineIgnored { package } => format!("! {package}: not released, its line stays"),
        Note::FinishedOnPreRelease { package, dependency, version } => {
            format!("! {package}: finished on {dependency} {version}")
        }
        Note::BumpIgnored { package, why } => format!("! {package}: bump ignored, {why:?}"),
        Note::SelectionIgnored { package, why } => {
            format!("! {package}: selection ignored, {why:?}")
        }
        Note::ExclusionOverruled { package } => format!("! {package}: excluded, and follows"),
        Note::NothingToFinish { package } => format!("! {package}: on no line"),
        Note::BeyondLine { package, last, to } => {
            format!("! {package}: {to} is no patch of {last}")
        }
    }
}

/// Checks what is decided without any option.
pub(crate) fn check(packages: &str, happened: &str, expected: &str) {
    check_with(packages, happened, "", expected);
}

/// Checks what is decided.
pub(crate) fn check_with(packages: &str, happened: &str, options: &str, expected: &str) {
    let said = decided(packages, happened, options);
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(said, expected.join("\n"), "\n{said}\n");
}
