"""Verified metadata into a libsolv pool, through the cache of parsed `.solv` files."""

from __future__ import annotations

from collections.abc import Sequence
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
from optimizer.universe.world import World, libsolv_version, new_world

# Part of every cache key: raise it when what is written to a cached file changes.
_CACHE_FORMAT = "1"


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
    for repository in repositories:
        held = world.pool.add_repo(repository.id)
        world.origins[held.id] = repository.origin
        _load(held, repository, cache, with_filelists=filelists)
        groups.extend(_groups(problem, repository))
        modules = modules.united(_modules(repository))
        progress.advance(1)
    progress.finish()
    more = not filelists and any(_has_filelists(repository) for repository in repositories)
    return Loaded(world, tuple(groups), modules.select(problem.modules), more)


def _has_filelists(repository: Repository) -> bool:
    return repository.kind is RepositoryKind.RPM_MD and part_checksum(repository, "filelists") is not None


def _load(held: Any, repository: Repository, cache: Cache, *, with_filelists: bool) -> None:
    if repository.kind is RepositoryKind.SOLV:
        file = open_part(repository, "solv")
        if file is None or not _read(held.add_solv, file):
            raise BadRepositoryData(repository.id, repository.location, "libsolv cannot read this .solv file")
        return
    with_filelists = with_filelists and _has_filelists(repository)
    key = _cache_key(repository, with_filelists)
    cached = cache.get(key)
    if cached is not None and _read_cached(held, cached):
        return
    _parse(held, repository, with_filelists=with_filelists)
    cache.store(key, lambda path: _write(held, path))


def _cache_key(repository: Repository, with_filelists: bool) -> str:
    parts = [_CACHE_FORMAT, libsolv_version(), part_checksum(repository, "primary") or ""]
    if with_filelists:
        parts.append(part_checksum(repository, "filelists") or "")
    return sha256("\0".join(parts).encode()).hexdigest() + ".solv"


def _parse(held: Any, repository: Repository, *, with_filelists: bool) -> None:
    primary = open_part(repository, "primary")
    if primary is None or not _read(lambda file: held.add_rpmmd(file, None), primary):
        raise BadRepositoryData(repository.id, repository.location, "libsolv cannot read the primary metadata")
    if not with_filelists:
        return
    filelists = open_part(repository, "filelists")
    extend = solv.Repo.REPO_EXTEND_SOLVABLES
    if filelists is not None and not _read(lambda file: held.add_rpmmd(file, "FL", extend), filelists):
        raise BadRepositoryData(repository.id, repository.location, "libsolv cannot read the file lists")


def _read(parse: Any, file: BinaryIO) -> bool:
    """Hand an open file to libsolv; False where it could not read it.

    libsolv's bindings crash on a file that did not open, so what it makes of the descriptor is looked at first.
    """
    with file:
        stream = solv.xfopen_fd("metadata.xml", file.fileno(), "r")  # which duplicates the descriptor
        if stream is None:
            return False
        try:
            return bool(parse(stream))
        finally:
            stream.close()


def _read_cached(held: Any, path: Path) -> bool:
    try:
        file = path.open("rb")
    except OSError:
        return False
    if _read(held.add_solv, file):
        return True
    held.empty()  # a damaged cached file must leave nothing behind
    return False


def _write(held: Any, path: Path) -> None:
    stream = solv.xfopen(str(path), "w")
    if stream is None:
        raise OSError(f"cannot open {path} for writing")
    ok = held.write(stream)
    stream.close()
    if not ok:
        raise OSError(f"cannot write {path}")


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
