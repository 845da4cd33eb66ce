"""A written family judged again: each image by itself, then what the family's file claims, derived anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from optimizer.answer.family import FAMILY, FamilyRecord, read_family, record_family, verify_family
from optimizer.answer.stored import BadResultError, UnknownPackagesError, read_stored, solution_of
from optimizer.cli.rejudge import changed_inputs, rejudge
from optimizer.model.solution import Solution
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.family import Family
from optimizer.universe.instance import Instance


def rejudge_family(directory: Path, family: Family, settings: Settings) -> tuple[str, ...]:
    """Return everything about a written family that does not hold; empty: all holds.

    What each image is where it is solved alone is taken from family.json: finding it again is a solve. Changed
    repositories are warned of. Raises BadResultError where there is no answer, and what `close_problem` raises.
    """
    record = read_family(directory)
    if record.status not in ("proven", "not proven"):
        raise BadResultError(directory / FAMILY, f"there is no answer, its status is {record.status!r}")
    asked, told = [problem.name for problem in family.images], [image.name for image in record.images]
    if (record.family, told) != (family.name, asked):
        return (
            f"it answers family {record.family!r} of {', '.join(told)}, not {family.name!r} of {', '.join(asked)}",
        )
    return tuple(_faults(directory, family, record, settings))


def _faults(directory: Path, family: Family, record: FamilyRecord, settings: Settings) -> Iterator[str]:
    instances: list[Instance] = []
    answers: list[Solution] = []
    for problem in family.images:
        written = read_stored(directory / problem.name)
        world = close_problem(problem, settings)
        for repository in changed_inputs(written, world.closed.instance):
            settings.progress.warn(f"repository {repository} is not what it was when the result was made")
        yield from (f"{problem.name}: {fault}" for fault in rejudge(written, world.closed.instance, world))
        try:
            answers.append(solution_of(written, world.closed.instance))
        except UnknownPackagesError:
            return  # told of already; nothing can be added up
        instances.append(world.closed.instance)
    alone = [image.alone for image in record.images]
    for violation in verify_family(family, instances, answers, alone, record.stages):
        yield f"{violation.rule}: {violation.what}"
    yield from _differences(record, _derived(family, record, instances, answers))


def _derived(
    family: Family, record: FamilyRecord, instances: Sequence[Instance], answers: Sequence[Solution]
) -> FamilyRecord:
    """Return the record that the images' packages give, with what was claimed of the images alone."""
    found = record_family(family, instances, answers, answers, record.status, record.stages)
    images = tuple(
        msgspec.structs.replace(
            here,
            alone=there.alone,
            alone_packages=there.alone_packages,
            alone_installed_size=there.alone_installed_size,
            added=there.added,
            dropped=there.dropped,
        )
        for here, there in zip(found.images, record.images, strict=True)
    )
    return msgspec.structs.replace(found, alone=record.alone, images=images)


def _differences(found: FamilyRecord, derived: FamilyRecord) -> Iterator[str]:
    for field in ("totals", "shared", "pool"):
        if getattr(found, field) != getattr(derived, field):
            yield f"{FAMILY}: {field} is not what the images' packages add up to"
    for one, other in zip(found.images, derived.images, strict=True):
        wrong = [name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name)]
        if wrong:
            yield f"{FAMILY}: of {one.name} these are wrong: {', '.join(wrong)}"
