"""Verified metadata into a libsolv pool, through the cache of parsed `.solv` files."""

from __future__ import annotations

import mmap
import os
import zlib
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import solv

from optimizer.problem.problem import CompsGroup, Problem
from optimizer.repository.cache import Cache
from optimizer.repository.comps import Group, read_groups
from optimizer.repository.error import BadRepositoryData
from optimizer.repository.modules import Modules, ModuleSelection, read_modules
from optimizer.repository.progress import Progress
from optimizer.repository.repository import Repository, RepositoryKind, open_part, part_checksum
from optimizer.universe.containment import Reading, begin_reading, conclude, read_again
from optimizer.universe.world import World, libsolv_version, new_world

# Part of every cache key: raise it when what is written to a cached file changes.
_CACHE_FORMAT = "2"
# A cached file ends with the CRC-32 of what is before: a damaged one could crash libsolv.
_CRC_BYTES = 4


@dataclass(frozen=True, slots=True)
class Loaded:
    """A world holding every package of its repositories, and what came beside them.

    `modules` says which packages the module streams leave; `more_filelists` whether there are complete file lists
    that were not loaded.
    """

    world: World
    groups: tuple[Group, ...] = ()
    modules: ModuleSelection = field(default_factory=ModuleSelection)
    more_filelists: bool = False


def load_world(
    problem: Problem, repositories: Sequence[Repository], cache: Cache, progress: Progress, *, filelists: bool
) -> Loaded:
    """Return a world of all packages of the repositories; `filelists` loads complete file lists too.

    Raises BadRepositoryData where libsolv cannot read what the checksums say is right.
    """
    world = new_world(problem.arch)
    groups: list[Group] = []
    modules = Modules()
    progress.start("load", len(repositories))
    with ExitStack() as stack:
        coming = deque(repositories)
        begun: deque[tuple[ExitStack, Reading | BinaryIO]] = deque()
        for repository in repositories:
            while coming and len(begun) < _most_at_once():
                ending = stack.enter_context(ExitStack())
                begun.append((ending, _begin(coming.popleft(), cache, ending, with_filelists=filelists)))
            held = world.pool.add_repo(repository.id)
            world.origins[held.id] = repository.origin
            ending, source = begun.popleft()
            with ending:
                _finish(held, repository, source, cache, with_filelists=filelists)
            groups.extend(_groups(problem, repository))
            modules = modules.united(_modules(repository))
            progress.advance(1)
    progress.finish()
    more = not filelists and any(_has_filelists(repository) for repository in repositories)
    return Loaded(world, tuple(groups), modules.select(problem.modules), more)


def _most_at_once() -> int:
    """Return how many repositories may be read at the same time, each by a process of its own."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _has_filelists(repository: Repository) -> bool:
    return repository.kind is RepositoryKind.RPM_MD and part_checksum(repository, "filelists") is not None


def _begin(repository: Repository, cache: Cache, stack: ExitStack, *, with_filelists: bool) -> Reading | BinaryIO:
    """Return the cached `.solv` file of a repository, else a process that makes it; `stack` ends either."""
    with_filelists = with_filelists and _has_filelists(repository)
    cached = cache.get(_cache_key(repository, with_filelists))
    file = None if cached is None else _whole(cached)
    if file is None:
        return stack.enter_context(begin_reading(repository, with_filelists=with_filelists))
    return stack.enter_context(file)


def _finish(
    held: Any, repository: Repository, begun: Reading | BinaryIO, cache: Cache, *, with_filelists: bool
) -> None:
    if not isinstance(begun, Reading):
        if _read(held.add_solv, begun):
            return
        held.empty()  # a cached file that cannot be read must leave nothing behind
        with begin_reading(repository, with_filelists=with_filelists and _has_filelists(repository)) as again:
            _finish(held, repository, again, cache, with_filelists=with_filelists)
        return
    file = read_again(begun)
    if not _read(held.add_solv, file):
        raise BadRepositoryData(repository.id, repository.location, "libsolv cannot read what it wrote")
    conclude(begun)
    file.seek(0)
    key = _cache_key(repository, with_filelists and _has_filelists(repository))
    cache.store(key, lambda path: _write(file, path))


def _cache_key(repository: Repository, with_filelists: bool) -> str:
    if repository.kind is RepositoryKind.SOLV:
        parts = ["solv", part_checksum(repository, "solv") or ""]
    else:
        parts = ["rpm-md", part_checksum(repository, "primary") or ""]
    if with_filelists:
        parts.append(part_checksum(repository, "filelists") or "")
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


def _whole(path: Path) -> BinaryIO | None:
    """Return a cached file, open at its start, None where it is not what was written."""
    try:
        file = path.open("rb")
    except OSError:
        return None
    with ExitStack() as stack:
        stack.enter_context(file)
        if os.fstat(file.fileno()).st_size <= _CRC_BYTES:
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
            if zlib.crc32(view[:-_CRC_BYTES]) != int.from_bytes(view[-_CRC_BYTES:]):
                return None
        stack.pop_all()
    return file


def _write(file: BinaryIO, path: Path) -> None:
    checksum = 0
    with path.open("wb") as cached:
        while piece := file.read(1 << 20):
            checksum = zlib.crc32(piece, checksum)
            cached.write(piece)
        cached.write(checksum.to_bytes(_CRC_BYTES))


def _groups(problem: Problem, repository: Repository) -> tuple[Group, ...]:
    if not any(isinstance(feature.require, CompsGroup) for feature in problem.features):
        return ()
    file = open_part(repository, "group")
    if file is None:
        return ()
    with file:
        return read_groups(file, repository.id)


def _modules(repository: Repository) -> Modules:
    file = open_part(repository, "modules")
    if file is None:
        return Modules()
    with file:
        return read_modules(file, repository.id)
