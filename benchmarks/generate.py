"""Large universes of packages that look like real ones: seeded, and each a part of every larger one.

A universe grows source by source, each drawn by a random generator of its own. A package requires packages of its
own source or of earlier ones, so what it reaches is the same in a universe of 10,000 packages and in one of 100,000.
The first sources are the base that most others lead to and that is full of cycles, as a C library, a shell and an
init are. Some sources are alternatives: their packages provide one capability, and in every other such source they
exclude one another.

All newest versions can be installed together, but for those of a group that exclude one another, of which any one
will do: there is always an answer. How alike real universes are, `python -m benchmarks.universe_statistics` prints.
"""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

from benchmarks.graph import reached
from optimizer.problem.dependency import leaves, parse_dependency

BASE_SOURCES = 70
_SUBPACKAGES = (1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 9)
_VERSIONS = (1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 6)
_WINDOW = 150  # how far back a package looks for what is of its own kind


@dataclass(frozen=True, slots=True)
class GeneratedPackage:
    """A package in one version; dependencies in RPM's syntax, sizes in bytes. Release and epoch are 1 and 0."""

    name: str
    version: int
    source: str
    installed_bytes: int
    download_bytes: int
    provides: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    obsoletes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneratedUniverse:
    """Packages by source, then name, then ascending version."""

    packages: tuple[GeneratedPackage, ...]

    def newest(self) -> dict[str, GeneratedPackage]:
        """Return the newest package of each name."""
        return {package.name: package for package in self.packages}


@dataclass(frozen=True, slots=True)
class _Offer:
    """A package as others see it when they choose what to require; `exclusive` ones are never required by name."""

    name: str
    versions: int
    sonames: tuple[str, ...]
    path: str | None
    alternative: str | None
    exclusive: bool


def generate(count: int, *, seed: int = 1, versions: int | None = None) -> GeneratedUniverse:
    """Return a universe of at least `count` packages, ended with a whole source; each name in `versions` versions.

    Without `versions` their number follows CentOS Stream 9's.
    """
    base = [offer for number in range(BASE_SOURCES) for offer in _offers(seed, number, versions)]
    before: list[_Offer] = []
    packages: list[GeneratedPackage] = []
    number = 0
    while len(packages) < count or number < BASE_SOURCES:
        own = _offers(seed, number, versions)
        packages += _Source(random.Random(f"{seed} requires {number}"), number, own, before, base).packages()
        before = (before + own)[-_WINDOW:]
        number += 1
    return GeneratedUniverse(tuple(packages))


def features_reaching(
    universe: GeneratedUniverse, count: int, *, seed: int = 1, among: int | None = None
) -> list[str]:
    """Return names whose closure over the newest versions has about `count` packages, as near as names allow.

    `among`: only the first so many packages are named, so that larger universes are asked the same. Names whose
    closure would go beyond are passed over; packages that exclude others are not named.
    """
    newest = universe.newest()
    names = list(newest)
    index = {name: number for number, name in enumerate(names)}
    graph = _graph(universe)
    first = {package.name for package in universe.packages[:among]}
    asked = [name for name in names if name in first and not _exclusive(newest[name])]
    random.Random(f"{seed} features").shuffle(asked)
    held: set[int] = set()
    chosen: list[str] = []
    for name in asked:
        if index[name] in held:
            continue
        larger = held | reached(graph, [index[name]])
        if len(larger) <= count:
            held = larger
            chosen.append(name)
        if len(held) >= 0.98 * count:
            break
    return sorted(chosen)


def _exclusive(package: GeneratedPackage) -> bool:
    return any("<" not in conflict for conflict in package.conflicts)


def _graph(universe: GeneratedUniverse) -> dict[int, tuple[int, ...]]:
    """Return which names lead to which, as indices into the newest packages, versions disregarded."""
    newest = universe.newest()
    providers: dict[str, list[int]] = {}
    for index, package in enumerate(newest.values()):
        for capability in (package.name, *package.provides, *package.files):
            providers.setdefault(capability.partition(" ")[0], []).append(index)
    return {
        index: tuple(
            dict.fromkeys(
                provider
                for requirement in package.requires
                for leaf in leaves(parse_dependency(requirement))
                for provider in providers[leaf.name]
            )
        )
        for index, package in enumerate(newest.values())
    }


def _offers(seed: int, source: int, versions: int | None) -> list[_Offer]:
    """Return what one source has to offer."""
    drawn = random.Random(f"{seed} {source}")
    number = drawn.choice(_SUBPACKAGES)
    held = versions or drawn.choice(_VERSIONS)
    alternative = None
    exclusive = False
    if source >= BASE_SOURCES and drawn.random() < 0.012:
        number = drawn.randint(2, 16)
        alternative = f"alternative-{source}"
        exclusive = drawn.random() < 0.5
    found = []
    for part in range(number):
        name = f"p{source}" if part == 0 else f"p{source}-{_PARTS[part % len(_PARTS)]}{part}"
        library = drawn.random() < (0.6 if source < BASE_SOURCES else 0.3)
        sonames = 1 + int(drawn.expovariate(0.1 if source < BASE_SOURCES else 0.25)) if library else 0
        path = f"/usr/bin/{name}" if drawn.random() < 0.3 else None
        stem = f"lib{name}.so.1"
        symbols = [f"{stem}()(64bit)", *(f"{stem}(V_{symbol})(64bit)" for symbol in range(1, sonames))]
        found.append(_Offer(name, held, tuple(symbols) if library else (), path, alternative, exclusive))
    return found


_PARTS = ("libs", "devel", "common", "tools", "plugin", "data")


class _Source:
    """One source's packages: what each requires of its siblings and of those before it."""

    def __init__(
        self, drawn: random.Random, number: int, own: list[_Offer], before: list[_Offer], base: list[_Offer]
    ) -> None:
        self.drawn, self.number, self.own = drawn, number, own
        self.local = before
        self.base = base
        self.weights = list(accumulate(1 / (rank + 2) for rank in range(len(self.base))))

    def packages(self) -> list[GeneratedPackage]:
        """Return each package in each of its versions."""
        return [package for offer in self.own for package in self._versions(offer)]

    def _versions(self, offer: _Offer) -> list[GeneratedPackage]:
        drawn = self.drawn
        size = min(int(drawn.lognormvariate(12.4, 2.3)) + 512, 2**29)
        targets = self._targets(offer)
        asked = [requirement for target in targets for requirement in self._requirements(offer, target)]
        rest = {
            "source": f"p{self.number}",
            "recommends": self._recommends(),
            "conflicts": self._conflicts(offer),
            "obsoletes": (f"old-{offer.name} < 9",) if drawn.random() < 0.17 else (),
            "files": (offer.path,) if offer.path else (),
        }
        provides = (*offer.sonames, *((offer.alternative,) if offer.alternative else ()))
        found = []
        for version in range(1, offer.versions + 1):
            installed = size if version == 1 else int(size * drawn.uniform(0.95, 1.1))
            requires = tuple(dict.fromkeys(text.replace("@", f"{version}-1") for text in asked))
            found.append(
                GeneratedPackage(
                    name=offer.name,
                    version=version,
                    installed_bytes=installed,
                    download_bytes=installed * 3 // 10,
                    provides=provides,
                    requires=requires,
                    **rest,  # type: ignore[arg-type]
                )
            )
        return found

    def _targets(self, offer: _Offer) -> list[_Offer]:
        """Return the packages that one requires: about five, siblings, base, and some of its own kind."""
        drawn = self.drawn
        if drawn.random() < 0.1:
            return []
        found = [self._basic() for _ in range(1 + int(drawn.expovariate(0.28)))] if drawn.random() < 0.88 else []
        siblings = [other for other in self.own if other is not offer and not other.exclusive]
        if siblings and drawn.random() < (0.15 if offer is self.own[0] else 0.6):
            found.append(siblings[0] if drawn.random() < 0.8 else drawn.choice(siblings))
        if self.local and self.number >= BASE_SOURCES:
            found += [drawn.choice(self.local) for _ in range(int(drawn.expovariate(0.78)))]
        return [other for other in dict.fromkeys(found) if other is not offer]

    def _basic(self) -> _Offer:
        return self.base[bisect(self.weights, self.drawn.random() * self.weights[-1])]

    def _requirements(self, offer: _Offer, target: _Offer) -> list[str]:
        """Return how a package asks for another; `@` stands for its own version, that of its siblings too."""
        drawn = self.drawn
        if target.alternative is not None and (target.exclusive or drawn.random() < 0.7):
            return [target.alternative]
        if target.name.partition("-")[0] == offer.name.partition("-")[0]:
            return [f"{target.name} = @"]
        if target.sonames and drawn.random() < 0.78:
            several = min(len(target.sonames), 1 + int(drawn.expovariate(0.24)))
            return [target.sonames[0], *target.sonames[1:several]]
        if target.path and drawn.random() < 0.6:
            return [target.path]
        if drawn.random() < 0.02:
            return [self._rich(target)]
        return [f"{target.name} >= {drawn.randint(1, target.versions)}" if drawn.random() < 0.25 else target.name]

    def _rich(self, target: _Offer) -> str:
        other = self._basic()
        return self.drawn.choice(
            (
                f"({target.name} if {other.name})",
                f"({target.name} or {other.name})",
                f"({target.name} >= 1 with {target.name} < 99)",
            )
        )

    def _recommends(self) -> tuple[str, ...]:
        return (self._basic().name,) if self.drawn.random() < 0.05 else ()

    def _conflicts(self, offer: _Offer) -> tuple[str, ...]:
        if offer.exclusive:
            return tuple(other.name for other in self.own if other is not offer)
        if self.drawn.random() >= 0.06:
            return ()
        other = self._basic()
        return (f"{other.name} < {other.versions}",)
