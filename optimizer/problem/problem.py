"""The question as a value: features, limits, objectives, equivalents and policy, decoded and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec

from optimizer.problem.dependency import Dependency
from optimizer.problem.file import spelt


class Origin(StrEnum):
    """Whose packages a repository holds: the distribution to reuse, or one's own."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


class Candidates(StrEnum):
    """Which versions of a name may be chosen (DESIGN section 3)."""

    NEWEST = "newest"
    ALL = "all"


class Downstream(StrEnum):
    """How downstream packages enter: as built, rebuilt on the upstream base, or not at all."""

    SHIPPED = "shipped"
    REBUILT = "rebuilt"
    NONE = "none"


class Missing(StrEnum):
    """What a feature that nobody provides is: an error, or a package that must still be made."""

    ERROR = "error"
    STUB = "stub"


class WeakDependencies(StrEnum):
    """Whether Recommends and Supplements are followed."""

    IGNORE = "ignore"
    FOLLOW = "follow"


class ObjectiveKind(StrEnum):
    """What a lexicographic stage optimises; `features` is maximised, all others are minimised."""

    DIVERGENCE = "divergence"
    FEATURES = "features"
    INSTALLED_SIZE = "installed_size"
    DOWNLOAD_SIZE = "download_size"
    PACKAGES = "packages"
    WEAK = "weak"
    CHANGES = "changes"
    AGE = "age"


class Position(msgspec.Struct, frozen=True):
    """Where in a file something was written: `line` counts from 1, `path` is the key path, `a.b[2].c`.

    What no file says has an empty `file`, and for `path` the option it was given by.
    """

    file: str
    line: int
    path: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}" if self.file else self.path

    @property
    def brief(self) -> str:
        """The position without the directories: the same wherever the file lies, so results may name it."""
        return f"{spelt(self.file.rpartition('/')[2])}:{self.line}: {self.path}" if self.file else self.path


class ProblemFile(msgspec.Struct, frozen=True):
    """A file that a problem was read from: its path from the problem file's directory, and `sha256:` its digest."""

    name: str
    checksum: str


class KeySource(msgspec.Struct, frozen=True):
    """Where OpenPGP keys that sign a repository are: an absolute path or an https URL."""

    location: str
    position: Position


class RepositorySource(msgspec.Struct, frozen=True):
    """A repository as the problem names it; `locations` are absolute paths or URLs, tried in order.

    Where there are `keys`, one of them must have signed its repomd.xml.
    """

    id: str
    origin: Origin
    locations: tuple[str, ...]
    position: Position
    keys: tuple[KeySource, ...] = ()


class Equivalent(msgspec.Struct, frozen=True):
    """A downstream name and the upstream dependencies that together stand for it; no dependency: nobody does."""

    name: str
    upstream: tuple[Dependency, ...]
    why: str
    stand_in: bool
    position: Position


class CompsGroup(msgspec.Struct, frozen=True):
    """A comps group by id or name: its mandatory and default packages."""

    name: str

    def __str__(self) -> str:
        return f"group: {self.name}"


class Feature(msgspec.Struct, frozen=True):
    """Something the image must or may have; `value` weighs an optional one, `group` counts it for a bound."""

    require: Dependency | CompsGroup
    required: bool
    value: int
    group: str | None
    position: Position


class Forbidden(msgspec.Struct, frozen=True):
    """A dependency that must not hold: nothing that provides it may be in."""

    require: Dependency
    position: Position


class Pin(msgspec.Struct, frozen=True):
    """Only candidates of this name that fit may be in: a version relation, an origin, a repository, or several."""

    name: str
    relation: Dependency | None
    origin: Origin | None
    repository: str | None
    position: Position


class FeatureGroupLimit(msgspec.Struct, frozen=True):
    """How many features of a group may hold, bounds included."""

    group: str
    minimum: int | None
    maximum: int | None
    position: Position


class Limits(msgspec.Struct, frozen=True):
    """Upper bounds; sizes in bytes, None where there is none."""

    installed_bytes: int | None = None
    download_bytes: int | None = None
    packages: int | None = None
    downstream_sources: int | None = None
    feature_groups: tuple[FeatureGroupLimit, ...] = ()
    positions: dict[str, Position] = msgspec.field(default_factory=dict)


class PackageSize(msgspec.Struct, frozen=True):
    """The size of a package by name, in bytes, None where it is not given; it fills in what metadata do not know."""

    name: str
    installed_bytes: int | None
    download_bytes: int | None
    position: Position


class SizeEstimate(msgspec.Struct, frozen=True):
    """What a downstream package or a stub counts whose size neither metadata nor `Sizes.packages` know.

    With `like_upstream`, the size of the upstream package of the same name, or of what the equivalents put in its
    place; where there is none, `installed_bytes` and `download_bytes`, None where there is no such estimate. Either
    is multiplied by `percent` / 100. Every figure that rests on an estimate is to be called one.
    """

    like_upstream: bool
    installed_bytes: int | None
    download_bytes: int | None
    percent: int = 100


class Sizes(msgspec.Struct, frozen=True):
    """Sizes that metadata do not know: first those given by name, then an estimate, then `Policy.unknown_size`."""

    packages: tuple[PackageSize, ...] = ()
    estimate: SizeEstimate | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of the game; `unknown_size` is `error` or what an unknown size counts, in bytes."""

    candidates: Candidates = Candidates.NEWEST
    downstream: Downstream = Downstream.SHIPPED
    missing: Missing = Missing.ERROR
    weak_dependencies: WeakDependencies = WeakDependencies.IGNORE
    unknown_size: int | Literal["error"] = 0
    multilib: bool = False
    install_only: tuple[str, ...] = (
        "kernel",
        "kernel-PAE",
        "installonlypkg(kernel)",
        "installonlypkg(kernel-module)",
        "installonlypkg(vm)",
        "multiversion(kernel)",
    )


class Objective(msgspec.Struct, frozen=True):
    """One lexicographic stage; `weights` (divergence only) gives a source's cost where it is not 1."""

    kind: ObjectiveKind
    weights: tuple[tuple[str, int], ...] = ()


DEFAULT_OBJECTIVES = (
    Objective(ObjectiveKind.DIVERGENCE),
    Objective(ObjectiveKind.FEATURES),
    Objective(ObjectiveKind.INSTALLED_SIZE),
    Objective(ObjectiveKind.PACKAGES),
)


class PackageVersion(msgspec.Struct, frozen=True):
    """A package of an earlier manifest, for locks and for the `changes` objective."""

    name: str
    epoch: int
    version: str
    release: str
    arch: str

    @property
    def evr(self) -> str:
        """`epoch:version-release`, the epoch left out where it is 0."""
        prefix = f"{self.epoch}:" if self.epoch else ""
        return f"{prefix}{self.version}-{self.release}"

    def __str__(self) -> str:
        return f"{self.name}-{self.evr}.{self.arch}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole question; paths are absolute, sizes in bytes, dependencies parsed, every name spelt as written.

    `files` are all that was read for it, keys left out: its own file, those it extends, those it includes.
    """

    name: str
    arch: str
    repositories: tuple[RepositorySource, ...]
    features: tuple[Feature, ...]
    file: Path
    equivalents: tuple[Equivalent, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    limits: Limits = field(default_factory=Limits)
    pins: tuple[Pin, ...] = ()
    lock: tuple[PackageVersion, ...] = ()
    previous: tuple[PackageVersion, ...] = ()
    modules: tuple[str, ...] = ()
    sizes: Sizes = field(default_factory=Sizes)
    policy: Policy = field(default_factory=Policy)
    objectives: tuple[Objective, ...] = DEFAULT_OBJECTIVES
    releasever: str | None = None
    files: tuple[ProblemFile, ...] = field(default=(), compare=False)  # another file may ask the same
