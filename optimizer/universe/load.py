"""Verified metadata into a libsolv pool, through the cache of parsed `.solv` files."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from hashlib import sha256
from io import BufferedReader
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
import solv
from msgspec import json

from optimizer.problem.problem import CompsGroup, Problem
from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData
from optimizer.repository.module_selection import ModuleSelection
from optimizer.repository.progress import Progress
from optimizer.repository.repository import Repository, RepositoryKind, open_part, part_checksum
from optimizer.universe.candidates import architectures, wants_newest_only
from optimizer.universe.kept import Beside, open_cached, read_beside, write_cached
from optimizer.universe.world import World, libsolv_version, new_world

if TYPE_CHECKING:
    from optimizer.repository.comps import Group
    from optimizer.repository.modules import Modules
    from optimizer.universe.containment import Reading

# Part of every cache key: raise it when what is written to a cached file changes.
_CACHE_FORMAT = "4"


class Loaded(msgspec.Struct, frozen=True):
    """A world of its repositories' packages, and what came beside them.

    `modules` says which packages the module streams leave, and nothing where only candidates were loaded;
    `more_filelists` whether there are complete file lists that were not loaded.
    """

    world: World
    groups: tuple[Group, ...] = ()
    modules: ModuleSelection = msgspec.field(default_factory=ModuleSelection)
    more_filelists: bool = False


def load_world(
    problem: Problem,
    repositories: Sequence[Repository],
    cache: Cache,
    progress: Progress,
    *,
    filelists: bool,
    only_candidates: bool = False,
) -> Loaded:
    """Return a world of all packages of the repositories; `filelists` loads complete file lists too.

    With `only_candidates` a problem that asks for the newest versions alone gets no others: most of a distribution
    with updates is older versions. Raises NoSuchModule, and BadRepositoryData where libsolv cannot read what the
    checksums say is right.
    """
    world = new_world(problem.arch)
    groups: list[Group] = []
    newest = only_candidates and wants_newest_only(problem)
    wanted = _Wanted(problem, repositories, cache, filelists, newest)
    beside: dict[int, Beside] = {}
    chosen: list[int] = []
    progress.start("load", len(repositories))
    with ExitStack() as stack:
        coming = deque(repositories)
        begun: deque[tuple[ExitStack, Reading | BufferedReader]] = deque()
        for repository in repositories:
            while coming and len(begun) < _most_at_once():
                ending = stack.enter_context(ExitStack())
                begun.append((ending, wanted.begin(coming.popleft(), ending)))
            held = world.pool.add_repo(repository.id)
            world.origins[held.id] = repository.origin
            ending, source = begun.popleft()
            with ending:
                beside[held.id] = wanted.finish(held, repository, source)
            chosen += _ids(held) if newest else ()
            groups.extend(_groups(problem, repository))
            progress.advance(1)
    progress.finish()
    more = not filelists and any(_has_filelists(repository) for repository in repositories)
    world.look_up(name for one in beside.values() for name in one.operands.decode(errors="replace").split("\n"))
    if newest:
        world.admit_only(chosen, {identifier: one.versions for identifier, one in beside.items()})
    return Loaded(world, tuple(groups), ModuleSelection() if newest else wanted.modules(), more)


def _ids(held: Any) -> range:
    """Return the ids of the packages of a repository that was just added, which are in a row."""
    first = next(held.solvables_iter(), None)
    return range(0) if first is None else range(first.id, first.id + held.nsolvables)


def _most_at_once() -> int:
    """Return how many repositories may be read at the same time, each by a process of its own."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _has_filelists(repository: Repository) -> bool:
    return repository.kind is RepositoryKind.RPM_MD and part_checksum(repository, "filelists") is not None


class _Wanted:
    """What one problem wants of its repositories: with file lists or without, all packages or the newest."""

    def __init__(
        self, problem: Problem, repositories: Sequence[Repository], cache: Cache, filelists: bool, newest: bool
    ) -> None:
        self._problem, self._repositories, self._cache = problem, repositories, cache
        self._filelists, self._newest = filelists, newest
        self._complete = True
        self._selection: ModuleSelection | None = None

    def begin(self, repository: Repository, stack: ExitStack) -> Reading | BufferedReader:
        """Return the cached file of a repository, else a process that makes it; `stack` ends either."""
        cached = self._cache.get(self._key(repository))
        file = None if cached is None else open_cached(cached)
        if file is None:
            return stack.enter_context(self._read_by_child(repository))
        return stack.enter_context(file)

    def finish(self, held: Any, repository: Repository, begun: Reading | BufferedReader) -> Beside:
        """Add what was begun to the pool, and to the cache if it was not there; return what stands beside it."""
        if isinstance(begun, BufferedReader):
            if _read(held.add_solv, begun):
                return read_beside(begun, cached=True)
            held.empty()  # a cached file that cannot be read must leave nothing behind
            with self._read_by_child(repository) as again:
                return self.finish(held, repository, again)
        from optimizer.universe.containment import conclude, read_again

        file = read_again(begun)
        if not _read(held.add_solv, file):
            raise BadRepositoryData(repository.id, repository.location, "libsolv cannot read what it wrote")
        conclude(begun)
        if self._complete:
            self._cache.store(self._key(repository), lambda path: write_cached(file, path))
        return read_beside(file, cached=False)

    def modules(self) -> ModuleSelection:
        """Return which packages the module streams leave."""
        if self._selection is None:
            from optimizer.repository.modules import Modules

            united = Modules()
            for repository in self._repositories:
                found = _modules(repository)
                # Nobody has what is listed, which is a warning: the next time somebody may.
                self._complete &= found is not None or part_checksum(repository, "modules") is None
                united = united.united(found or Modules())
            self._selection = united.select(self._problem.modules)
        return self._selection

    def _read_by_child(self, repository: Repository) -> AbstractContextManager[Reading]:
        from optimizer.universe.containment import begin_reading

        with_filelists = self._filelists and _has_filelists(repository)
        return begin_reading(repository, with_filelists=with_filelists, admitted=self._admitted())

    def _admitted(self) -> bytes | None:
        if not self._newest:
            return None
        modules = self.modules()
        names = {
            "architectures": architectures(self._problem),
            "active_artifacts": modules.active_artifacts,
            "excluded_artifacts": modules.excluded_artifacts,
            "active_names": modules.active_names,
        }
        return json.encode({name: sorted(held) for name, held in names.items()})

    def _key(self, repository: Repository) -> str:
        if repository.kind is RepositoryKind.SOLV:
            parts = ["solv", part_checksum(repository, "solv") or ""]
        else:
            parts = ["rpm-md", part_checksum(repository, "primary") or ""]
        if self._filelists and _has_filelists(repository):
            parts.append(part_checksum(repository, "filelists") or "")
        if self._newest:
            listed = (part_checksum(held, "modules") or "" for held in self._repositories)
            named = (*sorted(architectures(self._problem)), "", *self._problem.modules, "", *listed)
            parts.append(" ".join(("newest", *named)))
        return sha256("\0".join((_CACHE_FORMAT, libsolv_version(), *parts)).encode()).hexdigest() + ".solv"


def _read(parse: Any, file: BinaryIO) -> bool:
    """Hand an open file to libsolv; False where it could not read it.

    libsolv's bindings crash on a file that did not open, so what it makes of the descriptor is looked at first.
    """
    stream = solv.xfopen_fd("metadata.solv", file.fileno(), "r")  # which duplicates the descriptor
    if stream is None:
        return False
    try:
        return bool(parse(stream))
    finally:
        stream.close()


def _groups(problem: Problem, repository: Repository) -> tuple[Group, ...]:
    if not any(isinstance(feature.require, CompsGroup) for feature in problem.features):
        return ()
    file = open_part(repository, "group")
    if file is None:
        return ()
    from optimizer.repository.comps import read_groups

    with file:
        return read_groups(file, repository.id)


def _modules(repository: Repository) -> Modules | None:
    file = open_part(repository, "modules")
    if file is None:
        return None
    from optimizer.repository.modules import read_modules

    with file:
        return read_modules(file, repository.id)
