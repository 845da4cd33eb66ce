"""Instances and questions drawn by a seed, of up to 13 packages: small enough for every subset of them.

Half a thousand a second can be tried, where hypothesis draws and shrinks a few. Most are likely: like real ones they
have few negations, some choice, and mostly an answer. The others are wild: anything an Instance may say, nested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import TypeVar

from optimizer.model.build import Model
from optimizer.model.question import Question
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Capability,
    Exclusion,
    ExclusionKind,
    Feature,
    Forbidden,
    Formula,
    Instance,
    Limit,
    LimitKind,
    Package,
    PackageOrigin,
    Pin,
    PinKind,
    Requirement,
    RequirementKind,
    Source,
    UniqueName,
)
from tests.model.making import package

_UP, _DOWN, _STUB = PackageOrigin.UPSTREAM, PackageOrigin.DOWNSTREAM, PackageOrigin.STUB
_ORIGINS = ((_UP,), (_UP, _UP, _DOWN), (_DOWN,), (_UP, _DOWN, _STUB))
_VIRTUAL = 0.08

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """One Instance being drawn: of so many packages, with capabilities of which the first are one package's each."""

    random: Random
    wild: bool
    packages: tuple[Package, ...]
    sources: tuple[Source, ...]
    capabilities: tuple[tuple[int, ...], ...]
    formula: Callable[[], Formula]

    @property
    def count(self) -> int:
        return len(self.packages)

    def few(self, most: int) -> tuple[int, ...]:
        """Return two packages or some more, ascending."""
        return tuple(sorted(self.random.sample(range(self.count), self.random.randint(2, min(most, self.count)))))

    def requirements(self) -> Iterator[Requirement]:
        random = self.random
        kinds = list(RequirementKind) if self.wild else [RequirementKind.RECOMMENDS, RequirementKind.SUPPLEMENTS]
        other = random.choice([0, 0.2])
        fewest, most = (0, self.count) if self.wild else (self.count // 2, 2 * self.count)
        for _ in range(random.randint(fewest, most)):
            kind = random.choice(kinds) if random.random() < other else RequirementKind.REQUIRES
            yield Requirement(package=random.randrange(self.count), kind=kind, text="r", formula=self.formula())
        for _ in range(random.choice([0, 1, 1, 2])):
            circle = random.sample(range(self.count), random.randint(2, 4))
            for one, other_one in pairwise([*circle, circle[0]]):
                asked = random.randrange(len(self.capabilities)) if self.wild and random.random() < 0.2 else other_one
                yield Requirement(package=one, kind=RequirementKind.REQUIRES, text="r", formula=asked)

    def exclusions(self) -> Iterator[Exclusion]:
        random = self.random
        for _ in range(random.choice([0, 0, 1, 2])):
            kind = random.choice(list(ExclusionKind))
            one, other = random.randrange(len(self.capabilities)), random.randrange(len(self.capabilities))
            likely = random.choice([one, ("all", one, other), ("all", one, ("not", other))])
            formula = self.formula() if self.wild else likely
            yield Exclusion(package=random.randrange(self.count), kind=kind, text="x", formula=formula)

    def features(self) -> Iterator[Feature]:
        random = self.random
        required = random.randint(0, 4) if self.wild else random.randint(1, 5)
        drawn = [
            Feature(text="f", formula=self.formula(), required=True, group=random.choice([None, None, "g"]))
            for _ in range(required)
        ]
        drawn += [
            Feature(
                text="f",
                formula=self.formula(),
                required=False,
                value=random.choice([1, 1, 2, 5, 0, -2]),
                group=random.choice([None, "g"]),
            )
            for _ in range(random.choice([0, 0, 1, 2, 3]))
        ]
        yield from drawn
        if drawn and random.random() < 0.1:
            yield drawn[0]

    def limits(self) -> Iterator[Limit]:
        random = self.random
        most = {
            LimitKind.INSTALLED_SIZE: sum(one.installed_bytes or 0 for one in self.packages),
            LimitKind.DOWNLOAD_SIZE: sum(one.download_bytes or 0 for one in self.packages),
            LimitKind.PACKAGES: self.count,
            LimitKind.DOWNSTREAM_SOURCES: len(self.sources),
            LimitKind.FEATURE_GROUP: 5,
        }
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            kind = random.choice(list(LimitKind))
            above, below = random.choice([(True, False), (True, False), (False, True), (True, True)])
            yield Limit(
                kind=kind,
                maximum=random.randint(0 if self.wild else most[kind] // 3, most[kind]) if above else None,
                minimum=random.randint(0, most[kind] // 3) if below else None,
                group="g" if kind is LimitKind.FEATURE_GROUP else None,
            )

    def objectives(self) -> tuple[ObjectiveKind, ...]:
        if self.random.random() < 0.3:
            return (ObjectiveKind.DIVERGENCE, ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.PACKAGES)
        kinds = list(ObjectiveKind)
        self.random.shuffle(kinds)
        return tuple(kinds[: self.random.choice([0, 1, 1, 2, 2, 3, 4, 8])])

    def previous(self) -> tuple[str, ...]:
        if self.random.random() < 0.7:
            return ()
        there = [one.nevra for one in self.packages if one.origin is not PackageOrigin.VIRTUAL]
        return tuple(self.random.sample([*there, "gone-1-1.noarch"], 1 + (len(there) > 0)))

    def instance(self) -> Instance:
        random = self.random
        forbidden = random.choice([0, 0, 0, 1]) if self.wild else 0
        pins = random.choice([0, 0, 0, 1, 2]) if self.wild else 0
        return Instance(
            format=1,
            problem="drawn",
            arch="x86_64",
            packages=self.packages,
            sources=self.sources,
            capabilities=tuple(Capability(text="c", providers=providers) for providers in self.capabilities),
            requirements=tuple(self.requirements()),
            exclusions=tuple(self.exclusions()),
            unique_names=tuple(
                UniqueName(name="u", packages=self.few(5)) for _ in range(random.choice([0, 0, 1, 2]))
            ),
            features=tuple(self.features()),
            forbidden=tuple(Forbidden(text="x", formula=self.formula()) for _ in range(forbidden)),
            pins=tuple(
                Pin(kind=random.choice(list(PinKind)), name="p", text="p", excluded=(random.randrange(self.count),))
                for _ in range(pins)
            ),
            limits=tuple(self.limits()),
            objectives=self.objectives(),
            follow_weak=random.random() < 0.3,
            unknown_bytes=random.choice([0, 7, 1 << 20]),
            previous=self.previous(),
        )


def draw_instance(random: Random, count: int | None = None) -> Instance:
    """Draw an Instance of so many packages, else of 4 to 13; the sums of 13 stay below 2^61."""
    wild = random.random() < 0.3
    count = count or random.choice([4, 6, 8, 10, 11, 12, 13] if wild else [7, 9, 10, 11, 12, 12, 13])
    origins = random.choice(_ORIGINS[: None if wild else 3])
    weights = (0, 1, 1, 2, 3, 10) if wild else (1, 1, 1, 2, 3)
    sources = tuple(
        Source(name=f"s{number:02}", evr="1-1", origin=random.choice(origins), weight=random.choice(weights))
        for number in range(random.randint(1, count))
    )
    several = random.randint(0, count // 2) if wild else random.randint(1, count)
    capabilities = [
        *((place,) for place in range(count)),
        *(_providers(random, count, 0 if wild else 2) for _ in range(several)),
    ]
    formula = (
        _wild_formulas(random, len(capabilities)) if wild else _likely_formulas(random, count, len(capabilities))
    )
    packages = _packages(random, count, sources, wild=wild)
    return _Drawing(random, wild, packages, sources, tuple(capabilities), formula).instance()


def draw_question(random: Random, model: Model) -> Question:
    """Draw a question of a model's Instance: anything lifted, withheld or asked for."""
    places = range(len(model.package))

    def some(there: list[T], most: int, often: float) -> frozenset[T]:
        if not there or random.random() >= often:
            return frozenset()
        return frozenset(random.sample(there, min(len(there), random.randint(1, most))))

    return Question(
        lifted=some(sorted(model.guards), 4, 0.5),
        without_sources=some(sorted(model.source), 2, 0.3),
        with_packages=some(list(places), 2, 0.3),
        without_packages=some(list(places), 2, 0.3),
        with_features=some(sorted(model.feature), 2, 0.2),
        with_one_of=(some(list(places), 3, 0.9),) if random.random() < 0.2 else (),
    )


def _packages(random: Random, count: int, sources: tuple[Source, ...], *, wild: bool) -> tuple[Package, ...]:
    scale = random.choice([1, 1, 3, 20, 1 << 20, 1 << 54] if wild else [1, 1, 1, 7, 1 << 20])
    spread = random.choice([1, 2, 3, 6])

    def size() -> int | None:
        if random.random() < 0.1:
            return random.choice([0, None]) if wild else 0
        return scale * random.randint(1, spread)

    def one(place: int) -> Package:
        if random.random() < _VIRTUAL:
            return package(
                f"p{place:02}",
                release="",
                repository="@equivalents",
                origin=PackageOrigin.VIRTUAL,
                installed_bytes=0,
                download_bytes=0,
            )
        source = random.randrange(len(sources))
        return package(
            f"p{place:02}",
            source,
            origin=sources[source].origin,
            installed_bytes=size(),
            download_bytes=size(),
            age=random.choice([0, 0, 0, 0, 1, 2]),
            preferred=random.random() < 0.25,
        )

    return tuple(map(one, range(count)))


def _providers(random: Random, count: int, fewest: int) -> tuple[int, ...]:
    return tuple(sorted(random.sample(range(count), max(fewest, random.choice([0, 2, 2, 2, 3, 3, 4])))))


def _likely_formulas(random: Random, count: int, capabilities: int) -> Callable[[], Formula]:
    """Return what draws formulas as real metadata has them: names mostly, `or`, now and then `if` and `unless`."""
    single = random.choice([0.2, 0.5, 0.8])

    def name() -> int:
        return random.randrange(count) if random.random() < single else random.randrange(count, capabilities)

    def formula() -> Formula:
        which = random.random()
        if which < 0.6:
            return name()
        if which < 0.8:
            return ("any", name(), name())
        if which < 0.85:
            return ("any", name(), ("all", name(), name()))
        if which < 0.95:
            return ("any", name(), ("not", name()))
        return ("any", ("not", ("any", name(), ("not", name()))), ("all", name(), ("not", name())), name())

    return formula


def _wild_formulas(random: Random, capabilities: int) -> Callable[[], Formula]:
    """Return what draws formulas of any operators, so deep as is drawn first, of no parts too."""
    deepest = 0 if random.random() < 0.3 else random.choice([1, 2, 3])
    plain = random.choice([0.85, 0.85, 0.5])

    def formula(depth: int) -> Formula:
        if depth == 0 or random.random() < plain:
            return random.randrange(capabilities)
        operator = random.choice(["any", "any", "all", "not"])
        parts = 1 if operator == "not" else random.choice([0, 1, 2, 2, 2, 3, 3])
        return (operator, *(formula(depth - 1) for _ in range(parts)))

    return lambda: formula(deepest)
