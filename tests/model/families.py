"""Small random families: images over one catalogue of packages, and their optimum by trying every combination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from pathlib import Path

import msgspec
from hypothesis import strategies as st

from optimizer.model.solution import Solution
from optimizer.model.solve import Engine
from optimizer.problem.family import Family, Names
from optimizer.problem.family_shape import FamilyObjective
from optimizer.problem.problem import ObjectiveKind, Position
from optimizer.universe.instance import Feature, Instance, PackageOrigin
from tests.export.instances import formulas, is_feasible, value
from tests.model.test_solve import limited_instances, within_limits

DIVERGING = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
Sets = tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class World:
    """A family, and its images with the answer each has alone."""

    family: Family
    instances: tuple[Instance, ...]
    alone: tuple[Solution, ...]


def names(*listed: str) -> Names:
    """Return names as a family file lists them."""
    return Names(listed=tuple((name, Position("family.yaml", 1, name)) for name in listed))


def family(*objectives: str, **changes: object) -> Family:
    """Return a family without its problems: these are closed already."""
    kinds = tuple(map(FamilyObjective, objectives))
    return Family(**{"name": "made", "images": (), "file": Path("made.yaml"), "objectives": kinds, **changes})  # type: ignore[arg-type]


def world(asked: Family, *instances: Instance) -> World:
    """Return a family over Instances that are given a name each."""
    named = tuple(msgspec.structs.replace(one, problem=f"image{place}") for place, one in enumerate(instances))
    return World(asked, named, tuple(Engine.of(instance).solve() for instance in named))


def _versioned(instance: Instance) -> Instance:
    """Give the packages names of two versions each, and the sources names and versions of their own."""
    sources = tuple(
        msgspec.structs.replace(source, name=f"s{place}", evr=f"{place}-1")
        for place, source in enumerate(instance.sources)
    )
    packages = tuple(
        msgspec.structs.replace(one, name=f"p{place // 2}", version=str(place % 2), source_evr=f"{place % 3}-1")
        for place, one in enumerate(instance.packages)
    )
    return msgspec.structs.replace(instance, packages=packages, sources=sources)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw two images of up to six packages over one catalogue, or three of fewer, all with an answer alone."""
    base = _versioned(draw(limited_instances()))
    several = 3 if len(base.packages) <= 3 else 2
    images = []
    for _ in range(draw(st.integers(2, several))):
        asked = draw(st.lists(formulas(len(base.capabilities)), max_size=3))
        features = tuple(
            Feature(text="f", formula=formula, required=bool(place % 2), value=1 + place)
            for place, formula in enumerate(asked)
        )
        unknown = draw(st.sampled_from((0, 0, 3)))
        order = draw(st.permutations(list(ObjectiveKind)))
        kinds = tuple(order[: draw(st.integers(0, 3))])
        images.append(msgspec.structs.replace(base, features=features, unknown_bytes=unknown, objectives=kinds))
    objectives = draw(st.lists(st.sampled_from(list(FamilyObjective)), unique=True, max_size=4))
    kept = draw(st.dictionaries(st.sampled_from(list(ObjectiveKind)), st.sampled_from((0, 0, 20, 100)), max_size=3))
    keep = draw(st.sampled_from((None, (), tuple(kept.items()))))
    same = st.sampled_from((Names(), Names(everything=True), names("p0", "s1")))
    return world(family(*objectives, keep=keep, same_packages=draw(same), same_sources=draw(same)), *images)


def answers(world: World) -> Iterator[Sets]:
    """Yield every choice of one feasible set an image that keeps what the family says."""
    each = [_feasible(instance) for instance in world.instances]
    for sets in product(*each):
        if _one_version(world, sets) and all(_kept(world, place, chosen) for place, chosen in enumerate(sets)):
            yield sets


def best(world: World) -> tuple[int, ...] | None:
    """Return the family objectives at the optimum, None where nothing will do."""
    signs = [-1 if kind.value.startswith("shared") else 1 for kind in world.family.objectives]
    vectors = (
        tuple(amount(world.instances, kind, sets) for kind in world.family.objectives) for sets in answers(world)
    )
    return min(vectors, key=lambda vector: [s * v for s, v in zip(signs, vector, strict=True)], default=None)


def amount(instances: Sequence[Instance], kind: FamilyObjective, sets: Sets) -> int:
    """Return a family objective's value, from nothing but the packages; all images have one catalogue."""
    one, unknown = instances[0], max(instance.unknown_bytes or 0 for instance in instances)
    real = [frozenset(i for i in chosen if one.packages[i].origin is not PackageOrigin.VIRTUAL) for chosen in sets]
    pool, shared = frozenset[int]().union(*real), real[0].intersection(*real[1:])

    def size(packages: frozenset[int]) -> int:
        sizes = (one.packages[index].installed_bytes for index in packages)
        return sum(unknown if size is None else size for size in sizes)

    def total(own: ObjectiveKind) -> int:
        return sum(value(instance, own, chosen) for instance, chosen in zip(instances, sets, strict=True))

    total_size = total(ObjectiveKind.INSTALLED_SIZE)
    copies = sum(value(instance, ObjectiveKind.INSTALLED_SIZE, shared) for instance in instances)
    diverging = {one.packages[i].source for i in pool if one.packages[i].origin in DIVERGING}
    downloads = (one.packages[index].download_bytes for index in pool)
    table = {
        "pool_divergence": sum(one.sources[source].weight for source in diverging if source is not None),
        "pool_packages": len(pool),
        "pool_size": size(pool),
        "pool_download_size": sum(unknown if download is None else download for download in downloads),
        "shared_packages": len(shared),
        "shared_size": size(shared),
        "layered_size": total_size - copies + size(shared),
        "total_divergence": total(ObjectiveKind.DIVERGENCE),
        "total_packages": total(ObjectiveKind.PACKAGES),
        "total_size": total_size,
    }
    return table[kind.value]


def _feasible(instance: Instance) -> list[frozenset[int]]:
    indices = range(len(instance.packages))
    every = map(frozenset, chain.from_iterable(combinations(indices, size) for size in range(len(indices) + 1)))
    return [chosen for chosen in every if is_feasible(instance, chosen) and within_limits(instance, chosen)]


def _kept(world: World, place: int, chosen: frozenset[int]) -> bool:
    instance, alone = world.instances[place], frozenset(world.alone[place].packages)
    keep = world.family.keep
    for kind, percent in ((kind, 0) for kind in instance.objectives) if keep is None else keep:
        before, after = value(instance, kind, alone), value(instance, kind, chosen)
        worse = before - after if kind is ObjectiveKind.FEATURES else after - before
        if 100 * worse > percent * before and worse > 0:
            return False
    return True


def _one_version(world: World, sets: Sets) -> bool:
    one = world.instances[0]
    held = [
        one.packages[i] for i in frozenset[int]().union(*sets) if one.packages[i].origin is not PackageOrigin.VIRTUAL
    ]
    versions: dict[str, set[str]] = {}
    for package in held:
        if package.name in world.family.same_packages:
            versions.setdefault(f"package {package.name}", set()).add(package.evr)
        if package.source is not None and one.sources[package.source].name in world.family.same_sources:
            versions.setdefault(f"source {package.source}", set()).add(package.source_evr)
    return all(len(found) == 1 for found in versions.values())
