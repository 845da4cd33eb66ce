"""A family's answer: the pool, the shared base and what each image adds, measured and verified in plain Python.

Written from docs/model.md, section 9, alone: nothing here is shared with the model that found the answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from optimizer.answer.manifest import source_label
from optimizer.answer.stored import BadResultError
from optimizer.answer.verify import Violation, objective_value
from optimizer.model.solution import Solution, SolveStatus, Stage
from optimizer.problem.family import Family
from optimizer.problem.family_shape import FamilyObjective
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, Package, PackageOrigin

FAMILY = "family.json"

_DIVERGING = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)


class PoolPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package of the pool, and the images that hold it; sizes in bytes, None where unknown."""

    nevra: str
    repository: str
    origin: str
    source: str
    installed_size: int | None
    download_size: int | None
    images: tuple[str, ...]


class FamilyImage(msgspec.Struct, frozen=True, kw_only=True):
    """One image of a family; sizes in bytes, unknown ones as the image's `unknown_size` says.

    `remainder_*` is what it holds beside the shared packages; `own` are its own objectives here, `alone` what they
    are where it is solved by itself, `added` and `dropped` the packages by which it differs from that answer.
    """

    name: str
    arch: str
    packages: int
    installed_size: int
    remainder_packages: int
    remainder_size: int
    alone_packages: int
    alone_installed_size: int
    own: dict[str, int]
    alone: dict[str, int]
    kept: dict[str, int]
    added: tuple[str, ...]
    dropped: tuple[str, ...]


class FamilyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of family.json: the same bytes for the same answer.

    `totals` and `alone` have every family objective's value: of this answer, and of the images each by itself.
    Where there is no answer, `clash` names what couples the images and cannot all hold, `without` the images that
    have none by themselves.
    """

    format: int
    family: str
    status: str
    stages: tuple[Stage, ...]
    images: tuple[FamilyImage, ...]
    totals: dict[str, int]
    alone: dict[str, int]
    shared: tuple[str, ...]
    pool: tuple[PoolPackage, ...]
    clash: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A package of the pool: the images that hold it, each one's bytes for it, and the bytes it counts once.

    Once it counts the most that any image counts for it of which it is a candidate.
    """

    package: Package
    images: tuple[int, ...]
    installed: tuple[int, ...]
    installed_once: int
    download_once: int
    everywhere: bool


def read_family(directory: Path) -> FamilyRecord:
    """Return the family.json of a result directory; raises BadResultError."""
    path = directory / FAMILY
    try:
        return msgspec.json.decode(path.read_bytes(), type=FamilyRecord)
    except OSError as error:
        raise BadResultError(path, error.strerror or "cannot be read") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadResultError(path, str(error)) from error


def measure(instances: Sequence[Instance], answers: Sequence[Solution]) -> dict[str, int]:
    """Return every family objective's value, added up over the images' packages."""
    pool = pool_of(instances, answers)
    shared = [held for held in pool if held.everywhere]
    shared_once = sum(held.installed_once for held in shared)
    total = {
        kind: sum(map(objective_value, instances, answers, [kind] * len(instances)))
        for kind in (ObjectiveKind.DIVERGENCE, ObjectiveKind.PACKAGES, ObjectiveKind.INSTALLED_SIZE)
    }
    values = {
        FamilyObjective.POOL_DIVERGENCE: _divergence(instances, answers),
        FamilyObjective.POOL_PACKAGES: len(pool),
        FamilyObjective.POOL_SIZE: sum(held.installed_once for held in pool),
        FamilyObjective.POOL_DOWNLOAD_SIZE: sum(held.download_once for held in pool),
        FamilyObjective.SHARED_PACKAGES: len(shared),
        FamilyObjective.SHARED_SIZE: shared_once,
        FamilyObjective.LAYERED_SIZE: total[ObjectiveKind.INSTALLED_SIZE]
        - sum(sum(held.installed) for held in shared)
        + shared_once,
        FamilyObjective.TOTAL_DIVERGENCE: total[ObjectiveKind.DIVERGENCE],
        FamilyObjective.TOTAL_PACKAGES: total[ObjectiveKind.PACKAGES],
        FamilyObjective.TOTAL_SIZE: total[ObjectiveKind.INSTALLED_SIZE],
    }
    return {kind.value: value for kind, value in values.items()}


def pool_of(instances: Sequence[Instance], answers: Sequence[Solution]) -> list[Held]:
    """Return the packages that any image holds, by NEVRA and repository; virtual ones stand for others."""
    candidates: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for image, instance in enumerate(instances):
        for index, package in enumerate(instance.packages):
            if package.origin is not PackageOrigin.VIRTUAL:
                candidates[package.nevra, package.repository, package.checksum].append((image, index))
    chosen = [frozenset(solution.packages) for solution in answers]
    pool = []
    for _, places in sorted(candidates.items()):
        holding = [(image, index) for image, index in places if index in chosen[image]]
        if holding:
            sizes = {image: _sizes(instances[image], index) for image, index in places}
            image, index = holding[0]
            pool.append(
                Held(
                    package=instances[image].packages[index],
                    images=tuple(image for image, _ in holding),
                    installed=tuple(sizes[image][0] for image, _ in holding),
                    installed_once=max(installed for installed, _ in sizes.values()),
                    download_once=max(download for _, download in sizes.values()),
                    everywhere=len(holding) == len(instances),
                )
            )
    return pool


def verify_family(
    family: Family,
    instances: Sequence[Instance],
    answers: Sequence[Solution],
    alone: Sequence[dict[str, int]],
    stages: Sequence[Stage],
) -> tuple[Violation, ...]:
    """Return what is wrong with a family's answer as a whole; each image is verified by itself.

    `alone` are the values of each image's own objectives where it is solved by itself.
    """
    broken = [Violation("family same", what) for what in _versions(family, instances, answers)]
    for instance, solution, before in zip(instances, answers, alone, strict=True):
        broken += [Violation("family keep", what) for what in _worse(family, instance, solution, before)]
    broken += [Violation("family objective", what) for what in _stages(family, instances, answers, stages)]
    return tuple(broken)


def own_values(family: Family, instance: Instance, solution: Solution) -> dict[str, int]:
    """Return the values of an image's own objectives, and of those that the family keeps, in an answer."""
    kinds = dict.fromkeys((*_objectives(instance), *(kind for kind, _ in family.keep or ())))
    return {kind.value: objective_value(instance, solution, kind) for kind in sorted(kinds)}


def clash_words(instances: Sequence[Instance], guard: Sequence[str]) -> str:
    """Return in words what couples the images: for a package or a source, the versions that each image may hold."""
    kind, name, *more = guard
    if kind == "keep":
        return f"{name} keeps its {' '.join(more)}"
    held = [f"{instance.problem} may hold {_offered(instance, kind, name)}" for instance in instances]
    return f"one version of {kind} {name}: {'; '.join(held)}"


def _offered(instance: Instance, kind: str, name: str) -> str:
    versions = []
    for package in instance.packages:
        source = None if package.source is None else instance.sources[package.source]
        if kind == "package" and f"{package.name}.{package.arch}" == name:
            versions.append(package.evr)
        if kind == "source" and source is not None and source.name == name:
            versions.append(package.source_evr or source.evr)
    return " or ".join(dict.fromkeys(versions)) or "none"


def record_family(
    family: Family,
    instances: Sequence[Instance],
    answers: Sequence[Solution],
    alone: Sequence[Solution],
    status: str,
    stages: tuple[Stage, ...],
) -> FamilyRecord:
    """Return the record of a family that has an answer."""
    pool = pool_of(instances, answers)
    names = [instance.problem for instance in instances]
    return FamilyRecord(
        format=1,
        family=family.name,
        status=status,
        stages=stages,
        images=tuple(
            _image(family, pool, place, instance, (answers[place], alone[place]))
            for place, instance in enumerate(instances)
        ),
        totals=measure(instances, answers),
        alone=measure(instances, alone),
        shared=tuple(held.package.nevra for held in pool if held.everywhere),
        pool=tuple(_listed(held, instances[held.images[0]], names) for held in pool),
    )


def _image(
    family: Family, pool: Sequence[Held], place: int, instance: Instance, answers: tuple[Solution, Solution]
) -> FamilyImage:
    here, alone = answers
    beside = [held for held in pool if place in held.images and not held.everywhere]
    count, size = ObjectiveKind.PACKAGES, ObjectiveKind.INSTALLED_SIZE
    return FamilyImage(
        name=instance.problem,
        arch=instance.arch,
        packages=objective_value(instance, here, count),
        installed_size=objective_value(instance, here, size),
        remainder_packages=len(beside),
        remainder_size=sum(held.installed[held.images.index(place)] for held in beside),
        alone_packages=objective_value(instance, alone, count),
        alone_installed_size=objective_value(instance, alone, size),
        own=own_values(family, instance, here),
        alone=own_values(family, instance, alone),
        kept={kind.value: percent for kind, percent in _kept(family, instance)},
        added=_beyond(instance, here, alone),
        dropped=_beyond(instance, alone, here),
    )


def _beyond(instance: Instance, one: Solution, other: Solution) -> tuple[str, ...]:
    """Return the real packages of one answer that another does not hold."""
    packages = (instance.packages[index] for index in sorted(set(one.packages) - set(other.packages)))
    return tuple(package.nevra for package in packages if package.origin is not PackageOrigin.VIRTUAL)


def _listed(held: Held, instance: Instance, names: Sequence[str]) -> PoolPackage:
    return PoolPackage(
        nevra=held.package.nevra,
        repository=held.package.repository,
        origin=held.package.origin.value,
        source=source_label(instance, held.package),
        installed_size=held.package.installed_bytes,
        download_size=held.package.download_bytes,
        images=tuple(names[image] for image in held.images),
    )


def _sizes(instance: Instance, index: int) -> tuple[int, int]:
    package, unknown = instance.packages[index], instance.unknown_bytes or 0
    installed, download = package.installed_bytes, package.download_bytes
    return unknown if installed is None else installed, unknown if download is None else download


def _divergence(instances: Sequence[Instance], answers: Sequence[Solution]) -> int:
    """A source is a name: maintained once for all images, at the most that any of them counts it."""
    weights: dict[str, int] = {}
    for instance in instances:
        for source in instance.sources:
            if source.origin in _DIVERGING:
                weights[source.name] = max(weights.get(source.name, 0), source.weight)
    maintained = {
        instance.sources[index].name
        for instance, solution in zip(instances, answers, strict=True)
        for index in solution.sources
    }
    return sum(weights[name] for name in maintained)


def _kept(family: Family, instance: Instance) -> tuple[tuple[ObjectiveKind, int], ...]:
    return tuple((kind, 0) for kind in _objectives(instance)) if family.keep is None else family.keep


def _objectives(instance: Instance) -> tuple[ObjectiveKind, ...]:
    follow = (ObjectiveKind.WEAK,) if instance.follow_weak else ()
    return tuple(dict.fromkeys((*instance.objectives, *follow)))


def _versions(family: Family, instances: Sequence[Instance], answers: Sequence[Solution]) -> Iterator[str]:
    """Yield each package and source of which there must be one version and are several."""
    there: dict[str, set[str]] = defaultdict(set)
    for instance, solution in zip(instances, answers, strict=True):
        for index in solution.packages:
            package = instance.packages[index]
            source = None if package.source is None else instance.sources[package.source]
            if package.origin is not PackageOrigin.VIRTUAL and package.name in family.same_packages:
                there[f"package {package.name}.{package.arch}"].add(package.evr)
            if source is not None and source.name in family.same_sources:
                there[f"source {source.name}"].add(package.source_evr or source.evr)
    for what, versions in sorted(there.items()):
        if len(versions) > 1:
            yield f"{what} is there in {len(versions)} versions: {', '.join(sorted(versions))}"


def _worse(family: Family, instance: Instance, solution: Solution, alone: dict[str, int]) -> Iterator[str]:
    """Yield each own objective of an image that is worse than alone by more than the family lets it."""
    for kind, percent in _kept(family, instance):
        value, before = objective_value(instance, solution, kind), alone[kind.value]
        worse = before - value if kind is ObjectiveKind.FEATURES else value - before
        if worse > abs(before) * percent // 100:
            yield f"{instance.problem}: {kind.value} is {value}, alone it is {before}, kept within {percent} %"


def _stages(
    family: Family, instances: Sequence[Instance], answers: Sequence[Solution], stages: Sequence[Stage]
) -> Iterator[str]:
    """Yield what is wrong with the stages: their order, a false claim of proof, a value the packages do not have."""
    told = [stage.objective for stage in stages if stage.objective != "tie_break"]
    if told != [kind.value for kind in family.objectives]:
        yield f"stages are {', '.join(told) or 'none'}, asked were {', '.join(family.objectives) or 'none'}"
    values, proven = measure(instances, answers), True
    for stage in stages:
        proven = proven and stage.status == SolveStatus.OPTIMAL
        if (stage.status == SolveStatus.OPTIMAL) != proven or (proven and stage.bound != stage.value):
            yield f"stage {stage.objective} claims to be proven and is not"
        if stage.objective in values and values[stage.objective] != stage.value:
            yield f"stage {stage.objective} claims {stage.value}, the images add up to {values[stage.objective]}"
