"""A tiny world of packages and a question about it, as plain values: what the oracle and the product both read."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.problem.dependency import Capability, Comparison, Dependency
from optimizer.problem.problem import Candidates, Downstream, Missing, ObjectiveKind, Origin, WeakDependencies
from tests.oracle.version import Evr


@dataclass(frozen=True, slots=True)
class OraclePackage:
    """A package as its metadata tell it; sizes in bytes, None where the metadata do not know.

    `repository` names a repository of the world; None marks what the oracle itself adds: stubs (they have a
    `source`) and virtual packages (they have none).
    """

    name: str
    epoch: int = 0
    version: str = "1"
    release: str = "1"
    arch: str = "x86_64"
    repository: str | None = "base"
    source: str | None = "source"
    installed_bytes: int | None = 1
    download_bytes: int | None = 1
    provides: tuple[Capability, ...] = ()
    files: tuple[str, ...] = ()
    requires: tuple[Dependency, ...] = ()
    prerequires: tuple[Dependency, ...] = ()
    conflicts: tuple[Dependency, ...] = ()
    obsoletes: tuple[Capability, ...] = ()
    recommends: tuple[Dependency, ...] = ()
    supplements: tuple[Dependency, ...] = ()

    @property
    def evr(self) -> Evr:
        """Its own epoch, version and release."""
        return Evr(self.epoch, self.version, self.release)

    @property
    def nevra(self) -> str:
        """`name-[epoch:]version-release.arch`, as dnf spells it."""
        return f"{self.name}-{self.evr}.{self.arch}"

    @property
    def all_provides(self) -> tuple[Capability, ...]:
        """What it provides: its own name at its own version, what it says, and its files."""
        own = Capability(self.name, Comparison.EQ, str(self.evr))
        return (own, *self.provides, *map(Capability, self.files))


@dataclass(frozen=True, slots=True)
class World:
    """Repositories by id, with their origin, and the packages in them; no repository has a NEVRA twice."""

    repositories: tuple[tuple[str, Origin], ...]
    packages: tuple[OraclePackage, ...]

    def origin(self, package: OraclePackage) -> Origin | None:
        """Return the origin of a package's repository; None for what the oracle adds."""
        return dict(self.repositories).get(package.repository or "")


@dataclass(frozen=True, slots=True)
class Wish:
    """A feature: required, or optional and worth `value`; counted for the bounds of `group`."""

    require: Dependency
    required: bool = True
    value: int = 1
    group: str | None = None


@dataclass(frozen=True, slots=True)
class NamePin:
    """Only packages of this name that fit: `relation` is a version bound of the name itself."""

    name: str
    relation: Capability | None = None
    origin: Origin | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """Upper limits; sizes in bytes; `groups` are (feature group, minimum, maximum)."""

    installed_bytes: int | None = None
    download_bytes: int | None = None
    packages: int | None = None
    downstream_sources: int | None = None
    groups: tuple[tuple[str, int | None, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy; `unknown_bytes` is what an unknown size counts. Downstream is shipped or none, never rebuilt."""

    candidates: Candidates = Candidates.NEWEST
    downstream: Downstream = Downstream.SHIPPED
    missing: Missing = Missing.ERROR
    weak_dependencies: WeakDependencies = WeakDependencies.IGNORE
    unknown_bytes: int = 0
    multilib: bool = False
    install_only: tuple[str, ...] = ("kernel",)


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a problem file says; `previous` and `lock` are packages of earlier manifests."""

    features: tuple[Wish, ...] = ()
    forbidden: tuple[Dependency, ...] = ()
    equivalents: tuple[tuple[str, tuple[Dependency, ...]], ...] = ()
    pins: tuple[NamePin, ...] = ()
    lock: tuple[OraclePackage, ...] = ()
    previous: tuple[OraclePackage, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)
    rules: Rules = field(default_factory=Rules)
    objectives: tuple[ObjectiveKind, ...] = (ObjectiveKind.DIVERGENCE, ObjectiveKind.INSTALLED_SIZE)
    weights: tuple[tuple[str, int], ...] = ()

    @property
    def stages(self) -> tuple[ObjectiveKind, ...]:
        """The objectives; followed weak dependencies are met after divergence and features come first."""
        kinds = list(self.objectives)
        if self.rules.weak_dependencies is WeakDependencies.FOLLOW and ObjectiveKind.WEAK not in kinds:
            leading = (ObjectiveKind.DIVERGENCE, ObjectiveKind.FEATURES)
            place = next((place for place, kind in enumerate(kinds) if kind not in leading), len(kinds))
            kinds.insert(place, ObjectiveKind.WEAK)
        return tuple(kinds)
