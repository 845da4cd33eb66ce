"""What the benchmark finds out, as values: the whole of the JSON files in results/photon/."""

from __future__ import annotations

from fractions import Fraction

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen value that msgspec reads and writes."""


class Share(Record, frozen=True):
    """A part of a whole, in the unit of its name."""

    reused: int
    of: int

    @property
    def fraction(self) -> Fraction:
        """The part as a fraction of the whole, 1 of nothing."""
        return Fraction(self.reused, self.of) if self.of else Fraction(1)


class Listed(Record, frozen=True):
    """An image list as downstream wrote it, and how many of its names upstream bears: no solve, no dependency.

    `sources` are the downstream sources its names come from; `borne_sources` those all of whose listed names are
    borne. Names that downstream itself does not bear (a rich feature, a path) count by their own text.
    """

    list: str
    release: str
    upstream: tuple[str, ...]
    file: str
    names: tuple[str, ...]
    borne: tuple[str, ...]
    sources: tuple[str, ...]
    borne_sources: tuple[str, ...]


class Diverging(Record, frozen=True):
    """A downstream source of an answer or a stub (`origin`): its reason, its evidence in a sentence, cut if long."""

    source: str
    origin: str
    reason: str
    why: str
    packages: tuple[str, ...]


class Solved(Record, frozen=True):
    """One list solved under one reading; shares are None where there is no answer.

    `equivalents` is none, own (without stand-ins) or all; `downstream` shipped or rebuilt. `bytes` are installed
    ones, `estimated_bytes` of them by the problem's estimate. `why` is told of the main reading alone, all as
    shipped; `core` where there is no answer.
    """

    list: str
    equivalents: str
    downstream: str
    status: str
    judges: tuple[str, ...] = ()
    sources: Share | None = None
    packages: Share | None = None
    bytes: Share | None = None
    estimated_bytes: int = 0
    diverging: tuple[str, ...] = ()
    stubs: tuple[str, ...] = ()
    why: tuple[Diverging, ...] = ()
    core: tuple[str, ...] = ()


class Step(Record, frozen=True):
    """A point of a frontier: downstream sources, installed bytes, and what came and went since the point before."""

    sources: int
    installed_bytes: int
    estimated_bytes: int
    packages: int
    gained: tuple[str, ...]
    dropped: tuple[str, ...]


class Curve(Record, frozen=True):
    """The exact frontier of downstream sources against installed size, estimates taken at `percent`."""

    list: str
    percent: int
    status: str
    candidates: int
    steps: tuple[Step, ...]
    knee: int | None
    gaps: int


class Truth(Record, frozen=True):
    """The closure of a request over downstream alone, held against a set that is known by other means."""

    name: str
    release: str
    request: tuple[str, ...]
    against: str
    closure: int
    known: int
    both: int
    missed: tuple[str, ...]
    extra: tuple[str, ...]


class Kept(Record, frozen=True):
    """What keeping a list's divergent sources costs: patches, and who meets their BuildRequires.

    `weighted` are the divergent sources where each counts its cost instead of 1; `costs` are (source, cost).
    """

    list: str
    sources: int
    patches: int
    cve_patches: int
    build_requires: int
    met_by_upstream: int
    met_by_divergent: int
    met_by_nobody: int
    stages: int
    cycles: int
    broken: int
    cost: int
    costs: tuple[tuple[str, int], ...]
    weighted: tuple[str, ...]
    weighted_cost: int


class Results(Record, frozen=True):
    """Everything that was measured, in the order it is shown."""

    lists: tuple[Listed, ...] = ()
    solves: tuple[Solved, ...] = ()
    curves: tuple[Curve, ...] = ()
    truths: tuple[Truth, ...] = ()
    kept: tuple[Kept, ...] = ()

    def solve(self, name: str, equivalents: str = "all", downstream: str = "shipped") -> Solved | None:
        """Return one list's solve under one reading, None where it was not made."""
        asked = (name, equivalents, downstream)
        return next((one for one in self.solves if (one.list, one.equivalents, one.downstream) == asked), None)
