"""A written result judged again: its files read back, and everything they claim derived anew from the question."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.answer.judges.libsolv import judge
from optimizer.answer.manifest import Manifest, write_manifest
from optimizer.answer.stored import (
    DIVERGENCE,
    MANIFEST,
    StoredResult,
    UnknownPackagesError,
    identity,
    solution_of,
)
from optimizer.answer.verify import verify
from optimizer.model.solution import Solution
from optimizer.pipeline import World
from optimizer.universe.instance import Instance


def rejudge(written: StoredResult, instance: Instance, world: World | None) -> tuple[str, ...]:
    """Return everything about a written result that does not hold of the question it answers; empty: all holds.

    libsolv is asked where there is a `world`. The model is asked only which virtual packages complete the set;
    the judges then judge that.
    """
    if written.manifest.problem != instance.problem:
        return (f"it answers problem {written.manifest.problem!r}, not {instance.problem!r}",)
    try:
        solution = solution_of(written, instance)
    except UnknownPackagesError as error:
        return tuple(
            f"{package} of repository {repository} is no candidate" for package, repository in error.packages
        )
    return tuple(_faults(written, instance, world, solution))


def changed_inputs(written: StoredResult, instance: Instance) -> tuple[str, ...]:
    """Return the repositories whose metadata is not what the result was made from."""
    before = {source.repository: source.checksum for source in written.record.inputs}
    return tuple(held.repository for held in instance.inputs if before.get(held.repository) != held.checksum)


def _faults(written: StoredResult, instance: Instance, world: World | None, solution: Solution) -> Iterator[str]:
    for violation in verify(instance, solution):
        yield f"{violation.rule}: {violation.what}"
    if world is not None:
        verdict = judge(world.universe, world.closed, solution)
        yield from (f"libsolv: {problem}" for problem in verdict.problems)
        yield from (f"libsolv adds {name}" for name in verdict.added)
        yield from (f"libsolv leaves out {name}" for name in verdict.left_out)
    yield from _differences(written.manifest, write_manifest(instance, solution))
    listed = sorted(entry.source for entry in written.divergence.entries)
    maintained = sorted(instance.sources[index].name for index in solution.sources)
    if listed != maintained:
        missing, extra = set(maintained) - set(listed), set(listed) - set(maintained)
        yield from (f"{DIVERGENCE} does not list {name}" for name in sorted(missing))
        yield from (f"{DIVERGENCE} lists {name}, of which no package is in" for name in sorted(extra))


def _differences(found: Manifest, derived: Manifest) -> Iterator[str]:
    """What the manifest says of its packages, against what the question says of them."""
    for field in ("arch", "totals", "reuse"):
        if getattr(found, field) != getattr(derived, field):
            yield f"{MANIFEST}: {field} is {getattr(found, field)}, it should be {getattr(derived, field)}"
    by_identity = {identity(package): package for package in found.packages}
    if len(by_identity) != len(found.packages):
        yield f"{MANIFEST}: a package is listed twice"
    for package in derived.packages:
        other = by_identity.get(identity(package))
        if other is not None and other != package:
            wrong = [name for name in package.__struct_fields__ if getattr(other, name) != getattr(package, name)]
            yield f"{MANIFEST}: of {package.name} these are wrong: {', '.join(wrong)}"
