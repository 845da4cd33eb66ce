"""Families of images that are hard to solve together; seeded, and each with an answer.

In a real family nearly every package is named, so little is left to share by choice. Here everything is a choice.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hard import Draft
from optimizer.problem.family import Family, Names
from optimizer.problem.family_shape import FamilyObjective
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Feature, Instance

_MIB = 2**20
_IMAGES = 4


@dataclass(frozen=True, slots=True)
class Images:
    """A family without its problem files, and its images, closed."""

    family: Family
    instances: tuple[Instance, ...]


def pool(size: int, seed: int = 1) -> Images:
    """Return images that each ask for half of `size` features, any of four packages meeting one: the least pool."""
    kinds = (FamilyObjective.POOL_PACKAGES, FamilyObjective.POOL_SIZE, FamilyObjective.TOTAL_SIZE)
    return Images(_family(f"pool-{size}", kinds), _over_one_universe("pool", size, seed))


def base(size: int, seed: int = 1) -> Images:
    """Return the same kind of images to be stored on one base, none more than a tenth larger than alone."""
    kinds = (FamilyObjective.LAYERED_SIZE, FamilyObjective.POOL_PACKAGES, FamilyObjective.TOTAL_SIZE)
    kept = ((ObjectiveKind.INSTALLED_SIZE, 10),)
    return Images(_family(f"base-{size}", kinds, keep=kept), _over_one_universe("base", size, seed))


def architectures(size: int, seed: int = 1) -> Images:
    """Return two architectures of one image that must have the same source versions.

    `size` features, met by any version of either of two packages; a third of the versions failed to build on one.
    The oldest version of everything was built for both.
    """
    drawn = random.Random(f"architectures {seed} {size}")
    drafts = [Draft(f"architectures-{size}-{arch}", arch=arch) for arch in ("x86_64", "aarch64")]
    for number in range(size):
        providers: list[list[int]] = [[] for _ in drafts]
        for _ in range(2):
            built = {version: drawn.choice(((0, 1), (0, 1), (0,), (1,))) for version in ("4", "3", "2")} | {
                "1": (0, 1)
            }
            for place, draft in enumerate(drafts):
                sizes = {one: drawn.randint(_MIB, 30 * _MIB) for one, there in built.items() if place in there}
                providers[place] += draft.versions(sizes)
        for draft, held in zip(drafts, providers, strict=True):
            draft.features.append(Feature(text=f"f{number}", formula=draft.capability(held), required=True))
    instances = tuple(draft.instance(ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.PACKAGES) for draft in drafts)
    kinds = (FamilyObjective.TOTAL_SIZE, FamilyObjective.TOTAL_PACKAGES)
    return Images(_family(f"architectures-{size}", kinds, same_sources=Names(everything=True)), instances)


def _over_one_universe(kind: str, size: int, seed: int) -> tuple[Instance, ...]:
    """Return images over the same packages; every package needs one of two libraries, of which there are few."""
    drawn = random.Random(f"{kind} {seed} {size}")
    sizes = [drawn.randint(_MIB, 30 * _MIB) for _ in range(size)]
    libraries = [drawn.randint(_MIB, 20 * _MIB) for _ in range(max(2, size // 4))]
    needed = [drawn.sample(range(len(libraries)), 2) for _ in range(size)]
    meeting = [drawn.sample(range(size), min(4, size)) for _ in range(size)]
    images = []
    for place in range(_IMAGES):
        draft = Draft(f"{kind}-{size}-image-{place}")
        packages = [draft.package(one) for one in sizes]
        held = [draft.package(one) for one in libraries]
        for package, either in zip(packages, needed, strict=True):
            draft.require(package, draft.capability(held[one] for one in either))
        for number in sorted(drawn.sample(range(size), size // 2)):
            wanted = draft.capability(packages[one] for one in meeting[number])
            draft.features.append(Feature(text=f"f{number}", formula=wanted, required=True))
        images.append(draft.instance(ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.PACKAGES))
    return tuple(images)


def _family(name: str, objectives: tuple[FamilyObjective, ...], **changes: object) -> Family:
    return Family(name=name, images=(), file=Path(f"{name}.yaml"), objectives=objectives, **changes)  # type: ignore[arg-type]


#: What one unit of a scale's `hard` gives, and the family.
IMAGE_FAMILIES: tuple[tuple[int, Callable[[int], Images]], ...] = ((6, pool), (6, base), (20, architectures))
