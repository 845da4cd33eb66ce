"""A written result derived anew, all of it, from inputs that are read again: `pkgset verify --strict`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from optimizer.answer.family import FAMILY, read_family
from optimizer.answer.result import RunRecord
from optimizer.answer.sameness import (
    UnsettledResultError,
    changed_files,
    changed_repositories,
    first_difference,
)
from optimizer.answer.stored import DIVERGENCE, INSTANCE, MANIFEST, RUN, BadResultError, read_record
from optimizer.export.family import write_family
from optimizer.export.results import result_files
from optimizer.family import solve_family
from optimizer.pipeline import (
    Settings,
    close_problem,
    open_repositories,
    solve_instance,
    solve_world,
    versions,
)
from optimizer.problem.family import Family
from optimizer.problem.file import read_file
from optimizer.problem.problem import Problem
from optimizer.repository.cache import Cache
from optimizer.repository.repository import Repository, open_part, part_checksums
from optimizer.universe.assemble import input_of
from optimizer.universe.instance import Instance
from optimizer.universe.snapshot import MAX_BYTES

_FILES = (INSTANCE, MANIFEST, DIVERGENCE, RUN)
_SETTLED = ("proven", "infeasible")


def rederive(directory: Path, problem: Problem, settings: Settings) -> tuple[str, ...]:
    """Return everything in which a written result is not what its problem gives; empty: it is the same.

    Inputs are compared first; where one has changed, nothing more is. Nothing comes from the cache: repositories are
    read whole. Raises what `close_problem` raises, BadResultError and UnsettledResultError.
    """
    record = _settled(directory)
    with _without_cache(settings) as anew:
        changed = _changed_inputs(record, problem, anew)
        if changed:
            return changed
        _warn_of_versions(record, settings)
        result = solve_world(close_problem(problem, anew), anew)
    return tuple(_differences(directory, result_files(result), _FILES))


def rederive_from_instance(directory: Path, instance: Instance, settings: Settings) -> tuple[str, ...]:
    """Return the same of a result and its frozen question: neither its files nor its repositories are asked.

    Raises BadResultError and UnsettledResultError.
    """
    record = _settled(directory)
    _warn_of_versions(record, settings)
    result = solve_instance(instance, settings)
    before = {one.judge: one for one in record.judges}
    # What libsolv said of it cannot be asked again without repositories.
    judges = tuple(before.get(one.judge, one) if one.verdict == "not asked" else one for one in result.record.judges)
    told = msgspec.structs.replace(result.record, judges=judges, files=record.files)
    return tuple(_differences(directory, result_files(replace(result, record=told)), _FILES))


def rederive_family(directory: Path, family: Family, settings: Settings) -> tuple[str, ...]:
    """Return everything in which a written family is not what its file gives; raises as `rederive` does."""
    before = read_family(directory)
    if before.status not in _SETTLED:
        raise UnsettledResultError(directory / FAMILY, before.status)
    written = [problem for problem in family.images if (directory / problem.name / RUN).exists()]
    with _without_cache(settings) as anew, tempfile.TemporaryDirectory(prefix="pkgset-verify-") as folder:
        changed: list[str] = []
        for problem in written:
            record = read_record(directory / problem.name)
            changed += (f"{problem.name}: {line}" for line in _changed_inputs(record, problem, anew))
            _warn_of_versions(record, settings)
        if changed:
            return tuple(changed)
        result = solve_family(family, anew)
        names = [problem.name for problem in family.images]
        target = write_family(result.record, result.images, names, Path(folder))
        places = [FAMILY, *(f"{name}/{file}" for name in names for file in _FILES)]
        derived = {place: (target / place).read_bytes() for place in places if (target / place).exists()}
    return tuple(_differences(directory, derived, places))


@contextmanager
def _without_cache(settings: Settings) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="pkgset-verify-") as name:
        yield replace(settings, cache=Cache(Path(name), settings.progress), stock=None)


def _settled(directory: Path) -> RunRecord:
    record = read_record(directory)
    if record.status not in _SETTLED:
        raise UnsettledResultError(directory / RUN, record.status)
    return record


def _changed_inputs(record: RunRecord, problem: Problem, settings: Settings) -> tuple[str, ...]:
    repositories = open_repositories(problem, settings)
    changed = changed_files(record.files, problem.files)
    changed += changed_repositories(record.inputs, tuple(map(input_of, repositories)))
    return changed or tuple(line for repository in repositories for line in _lost_parts(repository))


def _lost_parts(repository: Repository) -> Iterator[str]:
    """Read every part, those too that this question has no use for; BadRepositoryData where one is another."""
    for name, checksum in part_checksums(repository):
        part = open_part(repository, name)
        if part is None:
            yield f"repository {repository.id}: {name} of {checksum} cannot be had any more"
        else:
            part.close()


def _warn_of_versions(record: RunRecord, settings: Settings) -> None:
    for name, version in versions().items():
        before = record.versions.get(name)
        if before != version:
            settings.progress.warn(f"made with {name} {before}, derived anew with {version}: the bytes may differ")


def _differences(directory: Path, derived: Mapping[str, bytes], places: tuple[str, ...] | list[str]) -> Iterator[str]:
    """Of each file, where it first is not what it should be."""
    for place in places:
        path = directory / place
        if not path.exists() or place not in derived:
            if path.exists():
                yield f"{place}: is there, and should not be"
            elif place in derived:
                yield f"{place}: is not there"
            continue
        try:
            written = read_file(path, MAX_BYTES)
        except OSError as error:
            raise BadResultError(path, error.strerror or "cannot be read") from error
        difference = first_difference(place, written, derived[place])
        if difference is not None:
            yield difference
