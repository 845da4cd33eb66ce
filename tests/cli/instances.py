"""Instances made by rule: one that keeps the solver busy for minutes, though an answer is found at once."""

from __future__ import annotations

import random

from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Capability,
    Feature,
    Instance,
    Package,
    PackageOrigin,
    Source,
)


def weighted_cover(name: str, *, packages: int, features: int, providers: int) -> Instance:
    """Return a random weighted set cover: each feature has so many providers, the least total size is wanted."""
    chance = random.Random(20150515)
    members = tuple(
        Package(
            name=f"part-{index:04}",
            epoch=0,
            version="1",
            release="1",
            arch="noarch",
            repository="parts",
            origin=PackageOrigin.UPSTREAM,
            source=0,
            installed_bytes=chance.randrange(900_000, 1_100_000),
            download_bytes=1,
        )
        for index in range(packages)
    )
    covers = [tuple(sorted(chance.sample(range(packages), providers))) for _ in range(features)]
    return Instance(
        format=1,
        problem=name,
        arch="x86_64",
        packages=members,
        sources=(Source(name="parts", evr="1-1", origin=PackageOrigin.UPSTREAM),),
        capabilities=tuple(Capability(text=f"job-{index}", providers=held) for index, held in enumerate(covers)),
        requirements=(),
        exclusions=(),
        unique_names=(),
        features=tuple(Feature(text=f"job-{index}", formula=index, required=True) for index in range(features)),
        forbidden=(),
        pins=(),
        limits=(),
        objectives=(ObjectiveKind.INSTALLED_SIZE,),
    )
