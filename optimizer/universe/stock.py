"""Repositories opened and loaded once for many problems over them.

Preparing changes a world in place (decision 4), so a loaded one serves one problem. A process that keeps a stock
forks for each problem: the child has the pool as it was loaded, page by page copied where it is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimizer.problem.problem import CompsGroup, Origin, Problem, RepositorySource
from optimizer.repository.cache import Cache
from optimizer.repository.error import RepositoryError
from optimizer.repository.progress import Progress
from optimizer.repository.repository import Repository, open_repository
from optimizer.universe.candidates import select_candidates
from optimizer.universe.load import Loaded, load_world

#: Sets of repositories that are kept: a pool of 20,000 packages takes 60 MB, 250 with file lists.
KEPT = 4

#: What a loaded world depends on: architecture, repositories, groups or none, module streams, file lists or none.
WorldKey = tuple[str, tuple[tuple[str, str, str], ...], bool, tuple[str, ...], bool]

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


@dataclass(slots=True)
class Stock:
    """What one process keeps of repositories; `missed` are the worlds that were asked for and not kept."""

    missed: list[WorldKey] = field(default_factory=list)
    _opened: dict[_Place, tuple[Repository, _Notes]] = field(default_factory=dict)
    _loaded: dict[WorldKey, tuple[Loaded, _Notes]] = field(default_factory=dict)
    _wanted: Counter[WorldKey] = field(default_factory=Counter)

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
        """Return the world of the repositories and forget it: it is the caller's to change."""
        key = _key(problem, repositories, filelists=filelists)
        held = self._loaded.pop(key, None)
        if held is None:
            self.missed.append(key)
            return load_world(problem, repositories, cache, progress, filelists=filelists)
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
            self._loaded[key] = held  # last again: the one used longest ago is the first to go
            select_candidates(held[0].world, problem, held[0].modules)
        while len(self._loaded) > KEPT:
            del self._loaded[next(iter(self._loaded))]

    def note_missed(self, keys: Iterable[WorldKey]) -> None:
        """Count what another process asked its copy of this stock for in vain."""
        self._wanted.update(keys)


def _load(
    problem: Problem, repositories: Sequence[Repository], cache: Cache, progress: Progress, *, filelists: bool
) -> tuple[Loaded, _Notes]:
    notes = _Notes(progress)
    noted = [replace(repository, progress=notes) for repository in repositories]
    try:
        return load_world(problem, noted, cache, notes, filelists=filelists), notes
    except RepositoryError:
        notes.tell(progress)
        raise


def _key(problem: Problem, repositories: Sequence[Repository], *, filelists: bool) -> WorldKey:
    sources = tuple((held.id, held.origin.value, f"{held.location} {held.checksum}") for held in repositories)
    groups = any(isinstance(feature.require, CompsGroup) for feature in problem.features)
    return problem.arch, sources, groups, problem.modules, filelists
