"""The pivot: one closed problem as a frozen, solver-free, libsolv-free value of integers, texts and tuples.

A bug report is an Instance; a worker elsewhere gets an Instance; exports, oracles and the verifier start here.
Every cross-reference is an index into one of its tuples. A *formula* is an index into `capabilities` (it holds
where at least one of the capability's providers is in), or a tuple of an operator and formulas: `("all", ...)`,
`("any", ...)`, `("not", f)`; `("all",)` is true and `("any",)` is false.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, NewType

import msgspec

from optimizer.problem.problem import ObjectiveKind

PackageIndex = NewType("PackageIndex", int)
SourceIndex = NewType("SourceIndex", int)
Formula = Any  # int | tuple[str, ...formulas]: recursive, so the shape is checked by `check_instance`

TRUE: Formula = ("all",)
FALSE: Formula = ("any",)


class PackageOrigin(StrEnum):
    """Where a package comes from; virtual ones stand for several equivalents, stubs must still be made."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    VIRTUAL = "virtual"
    STUB = "stub"


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen value that msgspec reads and writes."""


class Package(Value, frozen=True):
    """One candidate; sizes in bytes, None where nobody knows, `estimated` where they rest on the problem's estimate.

    `age` counts the newer versions of its name that the same origin offers; `preferred` says that libsolv's own
    answer to the features holds it; `source` is None for virtual packages only, `source_evr`
    the version of it that the package is built from.
    """

    name: str
    epoch: int
    version: str
    release: str
    arch: str
    repository: str
    origin: PackageOrigin
    source: int | None
    installed_bytes: int | None
    download_bytes: int | None
    estimated: bool = False
    checksum: str = ""
    location: str = ""
    license: str = ""
    source_evr: str = ""
    age: int = 0
    preferred: bool = False

    @property
    def evr(self) -> str:
        """`epoch:version-release`, the epoch left out where it is 0."""
        prefix = f"{self.epoch}:" if self.epoch else ""
        return f"{prefix}{self.version}-{self.release}" if self.release else f"{prefix}{self.version}"

    @property
    def nevra(self) -> str:
        """`name-epoch:version-release.arch`, as dnf spells it."""
        return f"{self.name}-{self.evr}.{self.arch}"


class Neighbour(Value, frozen=True):
    """An upstream package that bears an asked-for name without fitting: evidence, never a provider.

    `comparison` of its version to what was asked or to the package beside it: -1 older, 0 equal, 1 newer.
    """

    nevra: str
    provides: str
    comparison: int


class Source(Value, frozen=True):
    """A source package: what is maintained, and what divergence counts; `weight` is its cost there.

    `neighbours` are the upstream packages that bear a downstream source's package names, or stand for them.
    """

    name: str
    evr: str
    origin: PackageOrigin
    weight: int = 1
    neighbours: tuple[Neighbour, ...] = ()


class Capability(Value, frozen=True):
    """A capability asked for somewhere; `providers` are ascending package indices.

    `neighbours` lists upstream packages that provide the name at other versions, where no upstream one fits.
    """

    text: str
    providers: tuple[int, ...]
    neighbours: tuple[Neighbour, ...] = ()


class RequirementKind(StrEnum):
    """The RPM tag a requirement comes from."""

    REQUIRES = "requires"
    PREREQUIRES = "prerequires"
    RECOMMENDS = "recommends"
    SUPPLEMENTS = "supplements"


class Requirement(Value, frozen=True):
    """C2, C9: `package` in implies `formula`; for Supplements the other way round."""

    package: int
    kind: RequirementKind
    text: str
    formula: Formula


class ExclusionKind(StrEnum):
    """The RPM tag an exclusion comes from."""

    CONFLICTS = "conflicts"
    OBSOLETES = "obsoletes"


class Exclusion(Value, frozen=True):
    """C3, C4: `package` in implies that `formula` does not hold; self-matches are already taken out."""

    package: int
    kind: ExclusionKind
    text: str
    formula: Formula


class UniqueName(Value, frozen=True):
    """C5: at most one of `packages` (ascending, two or more): same name, overlapping colours."""

    name: str
    packages: tuple[int, ...]


class Feature(Value, frozen=True):
    """C1: a required feature's formula holds; an optional one is worth `value` where it holds.

    `where` is the problem file's line and key path, for people.
    """

    text: str
    formula: Formula
    required: bool
    value: int = 0
    group: str | None = None
    where: str = ""


class Forbidden(Value, frozen=True):
    """C6: the formula does not hold."""

    text: str
    formula: Formula
    where: str = ""


class PinKind(StrEnum):
    """Whether the problem file pins a package or an earlier manifest locks it."""

    PIN = "pin"
    LOCK = "lock"


class Pin(Value, frozen=True):
    """C8: none of `excluded` (ascending package indices) is in."""

    kind: PinKind
    name: str
    text: str
    excluded: tuple[int, ...]
    where: str = ""


class LimitKind(StrEnum):
    """What a limit bounds."""

    INSTALLED_SIZE = "installed_size"
    DOWNLOAD_SIZE = "download_size"
    PACKAGES = "packages"
    DOWNSTREAM_SOURCES = "downstream_sources"
    FEATURE_GROUP = "feature_group"


class Limit(Value, frozen=True):
    """C7: bounds included; sizes in bytes; `group` names the feature group of a FEATURE_GROUP limit."""

    kind: LimitKind
    maximum: int | None = None
    minimum: int | None = None
    group: str | None = None
    where: str = ""


class InputPart(Value, frozen=True):
    """A part of a repository that may be read, and the checksum of its file that repomd.xml holds it to."""

    name: str
    checksum: str


class Input(Value, frozen=True, omit_defaults=True):
    """A repository that went in and the checksum of what was read of it.

    `location` is where that was, a mirror's directory for example; `baseurl` the first http(s) URL that the problem
    has for it, absent where it has none. `signed_by` is the fingerprint of the key that signed it, absent where no
    signature was asked for, `keys` the checksums of the files of keys. `parts` by name.
    """

    repository: str
    origin: Literal["upstream", "downstream"]
    location: str
    checksum: str
    signed_by: str | None = None
    baseurl: str | None = None
    parts: tuple[InputPart, ...] = ()
    keys: tuple[str, ...] = ()


class Instance(Value, frozen=True):
    """One closed problem. `unknown_bytes` is what an unknown size counts in limits and objectives,
    None that none may be counted.

    `previous` are the NEVRAs of an earlier manifest, for `changes`. Packages are in the order of name, arch,
    newest first, repository: the order in which ties are broken at last.
    """

    format: Literal[1]
    problem: str
    arch: str
    packages: tuple[Package, ...]
    sources: tuple[Source, ...]
    capabilities: tuple[Capability, ...]
    requirements: tuple[Requirement, ...]
    exclusions: tuple[Exclusion, ...]
    unique_names: tuple[UniqueName, ...]
    features: tuple[Feature, ...]
    forbidden: tuple[Forbidden, ...]
    pins: tuple[Pin, ...]
    limits: tuple[Limit, ...]
    objectives: tuple[ObjectiveKind, ...]
    follow_weak: bool = False
    unknown_bytes: int | None = 0
    previous: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()


def holds(formula: Formula, instance: Instance, chosen: frozenset[int]) -> bool:
    """Return whether a formula is true of the chosen packages; plain recursion, no CNF."""
    if isinstance(formula, int):
        return not chosen.isdisjoint(instance.capabilities[formula].providers)
    operator, *parts = formula
    if operator == "all":
        return all(holds(part, instance, chosen) for part in parts)
    if operator == "any":
        return any(holds(part, instance, chosen) for part in parts)
    return not holds(parts[0], instance, chosen)


def formula_capabilities(formula: Formula) -> tuple[int, ...]:
    """Return the capability indices a formula names, in order, negated ones included."""
    if isinstance(formula, int):
        return (formula,)
    return tuple(index for part in formula[1:] for index in formula_capabilities(part))
