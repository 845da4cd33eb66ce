"""Random changes of the oracle's questions: as the options that say them, and made by hand to world and question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from optimizer.explain.change import Change
from optimizer.explain.change_words import read_change
from optimizer.problem.dependency import Capability, Comparison, Dependency
from optimizer.problem.problem import Downstream, Origin
from tests.oracle.brute_force import select_candidates
from tests.oracle.strategies import EVRS, NAMES, VIRTUALS, capabilities, cases, dependencies
from tests.oracle.world import NamePin, OraclePackage, Question, Wish, World

#: How many kinds of change are drawn at once, at most.
MOST = 2
_TAGS = ("requires", "prerequires", "recommends", "supplements")
_LIMITS = {
    "installed_size": "installed_bytes",
    "download_size": "download_bytes",
    "packages": "packages",
    "downstream_sources": "downstream_sources",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """A case, the change as it is read from words, and the case with the change made by hand."""

    world: World
    question: Question
    change: Change
    by_hand: tuple[World, Question]


@st.composite
def changed_cases(draw: st.DrawFn) -> Changed:
    """Draw a case and one or two changes of it."""
    world, question = draw(cases(5))
    kinds = ["add", "forbid", "limit", "pin", "drop"]
    cuttable = _dependencies(world, question)
    kinds += ["cut", "cut"] if cuttable else []
    kinds += ["stub"] if question.rules.downstream is not Downstream.NONE else []
    words: dict[str, list[str]] = {}
    hand = (world, question)
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=MOST, unique=True)):
        if kind == "cut":
            name, what = draw(st.sampled_from(cuttable))
            words[kind] = [f"{name}: {what}"]
            hand = (_cut(hand[0], name, what), hand[1])
            continue
        if kind == "stub":
            one = draw(_stubs())
            words[kind] = [_stub_words(one)]
            repositories = (*hand[0].repositories, ("supposed", Origin.DOWNSTREAM))
            hand = (World(repositories, (*hand[0].packages, one)), hand[1])
            continue
        word, asked = draw(_asked(kind, hand[1]))
        words[kind] = [word]
        hand = (hand[0], asked)
    return Changed(world, question, read_change(**words), hand)


@st.composite
def _asked(draw: st.DrawFn, kind: str, question: Question) -> tuple[str, Question]:
    """Draw one change of a question, and what the question then is."""
    if kind == "drop":
        wish = draw(st.sampled_from(question.features))
        return str(wish.require), replace(question, features=tuple(w for w in question.features if w is not wish))
    if kind == "limit":
        name = draw(st.sampled_from(sorted(_LIMITS)))
        bound = draw(st.none() | st.integers(0, 100 if name.endswith("size") else 4))
        changed: dict[str, Any] = {_LIMITS[name]: bound}
        bounds = replace(question.bounds, **changed)
        return f"{name}={'none' if bound is None else bound}", replace(question, bounds=bounds)
    if kind == "pin":
        relation = Capability(draw(st.sampled_from(NAMES)), Comparison.EQ, draw(st.sampled_from(EVRS)))
        kept = tuple(pin for pin in question.pins if pin.name != relation.name)
        return f"{relation.name}={relation.evr}", replace(question, pins=(*kept, NamePin(relation.name, relation)))
    known = [wish.require for wish in question.features]
    require = draw(st.one_of(capabilities(), dependencies(), *([st.sampled_from(known)] if known else ())))
    if kind == "add":
        return str(require), replace(question, features=(*question.features, Wish(require)))
    return str(require), replace(question, forbidden=(*question.forbidden, require))


def _dependencies(world: World, question: Question) -> list[tuple[str, Capability]]:
    found = [
        (package.name, dependency)
        for package in select_candidates(world, question)
        for tag in _TAGS
        for dependency in getattr(package, tag)
        if isinstance(dependency, Capability)
    ]
    return sorted(set(found), key=str)


def _cut(world: World, name: str, what: Capability) -> World:
    def severed(dependency: Dependency) -> bool:
        same_name = isinstance(dependency, Capability) and dependency.name == what.name
        return dependency == what or (same_name and what.comparison is None)

    def lightened(package: OraclePackage) -> OraclePackage:
        if package.name != name:
            return package
        kept: dict[str, Any] = {tag: tuple(d for d in getattr(package, tag) if not severed(d)) for tag in _TAGS}
        return replace(package, **kept)

    return replace(world, packages=tuple(map(lightened, world.packages)))


def _stubs() -> st.SearchStrategy[OraclePackage]:
    return st.builds(
        lambda name, size, requires: OraclePackage(
            f"stub:{name}",
            version="0",
            release="",
            arch="noarch",
            repository="supposed",
            source=f"stub:{name}",
            installed_bytes=size,
            download_bytes=None,
            provides=(Capability(name),),
            requires=requires,
        ),
        st.sampled_from((*NAMES, *VIRTUALS, "nobody")),
        st.none() | st.integers(0, 60),
        st.lists(dependencies(), max_size=1).map(tuple),
    )


def _stub_words(one: OraclePackage) -> str:
    size = "" if one.installed_bytes is None else str(one.installed_bytes)
    return f"{one.name.removeprefix('stub:')}:{size}:{','.join(map(str, one.requires))}"
