"""Repositories opened and loaded once for many problems over them.

Preparing changes a world in place (decision 4), so a loaded one serves one problem. A process that keeps a stock
forks for each problem: the child has the pool as it was loaded, page by page copied where it is changed. Where two
problems close alike, this process closes once for all that follow, and their children begin with the closure
(decision 17).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimizer.problem.problem import CompsGroup, Origin, Problem, RepositorySource
from optimizer.repository.cache import Cache
from optimizer.repository.error import RepositoryError
from optimizer.repository.progress import Progress
from optimizer.repository.repository import Repository, open_repository
from optimizer.universe.assemble import Closed
from optimizer.universe.candidates import architectures, select_candidates, wants_newest_only
from optimizer.universe.load import Loaded, load_world
from optimizer.universe.prepare import Universe

#: Worlds that are kept, loaded or closed: a pool of 20,000 packages takes 60 MB, 250 with file lists.
KEPT = 4
#: Closures that are remembered by their keys, to know one that is asked for again.
REMEMBERED = 10_000

#: What a loaded world depends on: architecture, repositories, groups or none, module streams, the architectures of
#: the candidates where only these are loaded, file lists or none.
WorldKey = tuple[str, tuple[tuple[str, str, str], ...], bool, tuple[str, ...], tuple[str, ...], bool]

_Place = tuple[str, Origin, tuple[str, ...], tuple[str, ...], Path | None]


class _Notes:
    """Shows progress as it is, and keeps warnings, to be told to each problem that they concern."""

    def __init__(self, progress: Progress) -> None:
        self.warnings: list[str] = []
        self.start, self.advance, self.finish = progress.start, progress.advance, progress.finish

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def tell(self, progress: Progress) -> None:
        """Tell somebody what was noted."""
        for warning in self.warnings:
            progress.warn(warning)


@dataclass(frozen=True, slots=True)
class Demand:
    """What a child asked of its copy of the stock in vain: worlds, and closures with the problem that each is of."""

    worlds: tuple[WorldKey, ...] = ()
    closures: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Stock:
    """What one process keeps of repositories; `missed` are the worlds that were asked for and not kept.

    `closed` are the closures that were made without being kept, by key, each with the name of its problem.
    """

    missed: list[WorldKey] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)
    _opened: dict[_Place, tuple[Repository, _Notes]] = field(default_factory=dict)
    _loaded: dict[WorldKey, tuple[Loaded, _Notes]] = field(default_factory=dict)
    _closures: dict[str, tuple[Universe, Closed, _Notes]] = field(default_factory=dict)
    _used: dict[WorldKey | str, None] = field(default_factory=dict)
    _wanted: Counter[WorldKey] = field(default_factory=Counter)
    _first: dict[str, str] = field(default_factory=dict)
    _served: Counter[str] = field(default_factory=Counter)
    _spent: set[str] = field(default_factory=set)

    def open(self, source: RepositorySource, *, mirror: Path | None, cache: Cache, progress: Progress) -> Repository:
        """Return a repository as it was when it was first opened here; raises what `open_repository` raises."""
        # Opened without a signature, a repository is no answer to who asks for one.
        keys = tuple(key.location for key in source.keys)
        place = source.id, source.origin, source.locations, keys, mirror
        if place not in self._opened:
            notes = _Notes(progress)
            try:
                opened = open_repository(source, mirror=mirror, cache=cache, progress=notes)
            except RepositoryError:
                notes.tell(progress)
                raise
            self._opened[place] = opened, notes
        repository, notes = self._opened[place]
        notes.tell(progress)
        return replace(repository, progress=progress)

    def load(
        self,
        problem: Problem,
        repositories: Sequence[Repository],
        cache: Cache,
        progress: Progress,
        *,
        filelists: bool,
    ) -> Loaded:
        """Return the world of a problem's candidates and forget it: it is the caller's to change."""
        key = _key(problem, repositories, filelists=filelists)
        held = self._loaded.pop(key, None)
        if held is None:
            self.missed.append(key)
            return load_world(problem, repositories, cache, progress, filelists=filelists, only_candidates=True)
        self._used.pop(key, None)
        loaded, notes = held
        notes.tell(progress)
        return loaded

    def keep(self, problem: Problem, repositories: Sequence[Repository], cache: Cache, progress: Progress) -> None:
        """Load what a problem will ask for, unless it is here: its world, and if it was missed twice its file lists.

        Raises RepositoryError.
        """
        for filelists in (False, True):
            key = _key(problem, repositories, filelists=filelists)
            held = self._loaded.pop(key, None)
            if held is None:
                if filelists and self._wanted[key] < 2:
                    continue
                held = _load(problem, repositories, cache, progress, filelists=filelists)
            self._loaded[key] = held
            self._use(key)
            select_candidates(held[0].world, problem, held[0].modules)

    def closure(self, key: str, progress: Progress) -> tuple[Universe, Closed] | None:
        """Return a closure that is kept, None where there is none; it may be judged by in a child only."""
        if key not in self._closures:
            return None
        universe, closed, notes = self._closures[key]
        notes.tell(progress)
        return universe, closed

    def is_shared(self, key: str, name: str) -> bool:
        """Whether a closure was made for a problem of another name before, and keeping it is worth its while."""
        return self._first.get(key, name) != name and key not in self._spent

    def keep_closure(
        self, key: str, progress: Progress, close: Callable[[Progress], tuple[Universe, Closed]]
    ) -> None:
        """Keep what `close` returns, unless it is here: a child closed alike before, so this process may as well.

        Raises what `close` raises.
        """
        if key not in self._closures:
            notes = _Notes(progress)
            universe, closed = close(notes)
            self.missed.clear()
            self._closures[key] = universe, closed, notes
        self._served[key] += 1
        self._use(key)

    def demand(self) -> Demand:
        """Return what was asked for in vain: for a child to tell its parent."""
        return Demand(tuple(self.missed), tuple(self.closed))

    def note(self, demand: Demand) -> None:
        """Count what another process asked its copy of this stock for in vain."""
        self._wanted.update(demand.worlds)
        for key, name in demand.closures:
            self._first.setdefault(key, name)
        while len(self._first) > REMEMBERED:
            del self._first[next(iter(self._first))]

    def _use(self, key: WorldKey | str) -> None:
        """Put a world last, and let go of those used longest ago while there are too many."""
        self._used.pop(key, None)
        self._used[key] = None
        while len(self._used) > KEPT:
            oldest = next(iter(self._used))
            del self._used[oldest]
            if not isinstance(oldest, str):
                self._loaded.pop(oldest, None)
                continue
            self._closures.pop(oldest, None)
            if self._served.pop(oldest, 0) < 2:  # too many take turns: closing here costs one loading more
                self._spent.add(oldest)


def _load(
    problem: Problem, repositories: Sequence[Repository], cache: Cache, progress: Progress, *, filelists: bool
) -> tuple[Loaded, _Notes]:
    notes = _Notes(progress)
    noted = [replace(repository, progress=notes) for repository in repositories]
    try:
        return load_world(problem, noted, cache, notes, filelists=filelists, only_candidates=True), notes
    except RepositoryError:
        notes.tell(progress)
        raise


def _key(problem: Problem, repositories: Sequence[Repository], *, filelists: bool) -> WorldKey:
    sources = tuple((held.id, held.origin.value, f"{held.location} {held.checksum}") for held in repositories)
    groups = any(isinstance(feature.require, CompsGroup) for feature in problem.features)
    admitted = tuple(sorted(architectures(problem))) if wants_newest_only(problem) else ()
    return problem.arch, sources, groups, problem.modules, admitted, filelists
