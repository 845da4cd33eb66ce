"""The generator generates: every kind of package, dependency and question, often enough to be met with another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, find, given, settings

from optimizer.problem.dependency import Capability, Dependency, Rich, leaves, parse_dependency
from optimizer.problem.problem import Candidates, Downstream, Missing, ObjectiveKind, WeakDependencies
from tests.oracle.brute_force import brute_force
from tests.oracle.rules import Judge
from tests.oracle.strategies import FOREIGN, cases, worlds
from tests.oracle.world import OraclePackage, Question, World
from tests.requirements import PROJECT_ROOT

_DRAWS = 500
_TAGS = ("requires", "prerequires", "conflicts", "obsoletes", "recommends", "supplements", "provides", "files")


def drawn() -> Counter[str]:
    """How often each kind is drawn: the same numbers in every interpreter that has loaded the same modules."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=_DRAWS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def draw(case: tuple[World, Question]) -> None:
        seen.update(set(kinds(*case)))

    draw()
    return seen


def test_every_kind_is_drawn_often() -> None:
    """In an interpreter of its own: Hypothesis draws from the constants of whatever modules are loaded."""
    code = "import json\nfrom tests.oracle.test_strategies import drawn\nprint(json.dumps(drawn()))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True)
    seen = Counter(json.loads(ended.stdout))
    rare = {kind: seen[kind] for kind in _EXPECTED if seen[kind] < _DRAWS // 50}
    assert rare == {}, seen


def test_a_failure_shrinks_to_what_causes_it() -> None:
    quiet = settings(database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    world = find(worlds(4), lambda drawn: "obsolete meets" in _meeting_kinds(drawn), settings=quiet)
    assert len(world.packages) == 2
    assert sum(len(getattr(one, tag)) for one in world.packages for tag in _TAGS) == 1


_OPERATORS = ("and", "or", "if", "unless", "if else", "unless else", "with", "without")
_EXPECTED = (
    *(f"{tag}" for tag in _TAGS),
    *(f"rich {tag}" for tag in ("requires", "conflicts", "recommends", "supplements")),
    *_OPERATORS,
    *(f"nested {operator}" for operator in ("and", "or", "if", "unless", "with", "without")),
    *(f"version {comparison}" for comparison in ("<", "<=", "=", ">=", ">")),
    *("epoch", "open release", "tilde", "caret", "i686", "noarch", "own", "updates", "eight packages"),
    *("unknown installed", "unknown download", "file outside primary"),
    *("cycle", "self-conflict", "same name", "both colours", "obsolete meets", "conflict meets", "provider by name"),
    *("required", "optional", "forbidden", "equivalent", "several equivalents", "null equivalent", "foreign wish"),
    *("pin version", "pin origin", "pin repository", "lock", "previous", "weights", "groups", "limits", "multilib"),
    *(f"policy {word.value}" for word in (*Candidates, *Missing, *WeakDependencies, Downstream.NONE)),
    *(f"objective {kind.value}" for kind in ObjectiveKind),
    *(
        "feasible",
        "infeasible",
        "nothing chosen",
        "three chosen",
        "unique answer",
        "stub chosen",
        "downstream chosen",
    ),
)


def kinds(world: World, question: Question) -> Iterator[str]:
    """Yield what a case has of everything the tests count on."""
    yield from _package_kinds(world)
    yield from _meeting_kinds(world)
    yield from _question_kinds(question)
    yield from _answer_kinds(world, question)


def _package_kinds(world: World) -> Iterator[str]:
    if len(world.packages) == 8:
        yield "eight packages"
    for one in world.packages:
        yield from (one.arch, str(one.repository))
        if one.installed_bytes is None:
            yield "unknown installed"
        elif one.download_bytes is None:
            yield "unknown download"
        if "/usr/share/data" in one.files:
            yield "file outside primary"
        for tag in _TAGS:
            held = getattr(one, tag)
            if held:
                yield tag
            for dependency in held if tag != "files" else ():
                yield from _dependency_kinds(dependency)
                if isinstance(dependency, Rich):
                    yield f"rich {tag}"


def _dependency_kinds(dependency: Dependency) -> Iterator[str]:
    assert parse_dependency(str(dependency)) == dependency
    if isinstance(dependency, Rich):
        operator = dependency.operator.value
        yield f"{operator} else" if operator in ("if", "unless") and len(dependency.operands) == 3 else operator
        for operand in dependency.operands:
            if isinstance(operand, Rich):
                yield f"nested {operator}"
            yield from _dependency_kinds(operand)
        return
    if dependency.evr is None:
        return
    yield f"version {dependency.comparison}"
    marks = {":": "epoch", "~": "tilde", "^": "caret"}
    yield from (word for mark, word in marks.items() if mark in dependency.evr)
    if "-" not in dependency.evr:
        yield "open release"


def _meeting_kinds(world: World) -> Iterator[str]:
    judge = Judge(world.packages)
    indexed = list(enumerate(world.packages))
    for index, one in indexed:
        if any(index in judge.providers(leaf) for held in one.conflicts for leaf in leaves(held)):
            yield "self-conflict"
        if _reaches(judge, index, index):
            yield "cycle"
        for other, two in indexed[:index]:
            pair = frozenset((index, other))
            yield from _pair_kinds(judge, pair, one, two)
        if len(judge.providers(Capability(one.name))) > 1:
            yield "provider by name"


def _pair_kinds(judge: Judge, pair: frozenset[int], one: OraclePackage, two: OraclePackage) -> Iterator[str]:
    if one.name == two.name:
        yield "same name"
        if {one.arch, two.arch} == {"i686", "x86_64"}:
            yield "both colours"
    if one.name != two.name and judge.obsolete(pair):
        yield "obsolete meets"
    if judge.conflict(pair):
        yield "conflict meets"


def _reaches(judge: Judge, start: int, goal: int) -> bool:
    reached: set[int] = set()
    waiting = [start]
    while waiting:
        package = judge.packages[waiting.pop()]
        for dependency in (*package.requires, *package.prerequires):
            for leaf in leaves(dependency):
                new = judge.providers(leaf) - reached - {start if start != goal else -1}
                reached |= new
                waiting += [index for index in new if index != goal]
    return goal in reached


def _question_kinds(question: Question) -> Iterator[str]:
    for wish in question.features:
        yield "required" if wish.required else "optional"
        if {leaf.name for leaf in leaves(wish.require)} & set(FOREIGN):
            yield "foreign wish"
    for pin in question.pins:
        yield f"pin {'version' if pin.relation else 'origin' if pin.origin else 'repository'}"
    for _, upstream in question.equivalents:
        yield "several equivalents" if len(upstream) > 1 else "equivalent" if upstream else "null equivalent"
    for word in ("forbidden", "lock", "previous", "weights"):
        if getattr(question, word):
            yield word
    bounds, rules = question.bounds, question.rules
    if bounds.groups:
        yield "groups"
    if (bounds.installed_bytes, bounds.download_bytes, bounds.packages, bounds.downstream_sources) != (None,) * 4:
        yield "limits"
    if rules.multilib:
        yield "multilib"
    for word in (rules.candidates, rules.missing, rules.weak_dependencies, rules.downstream):
        yield f"policy {word.value}"
    yield from (f"objective {kind.value}" for kind in question.stages)


def _answer_kinds(world: World, question: Question) -> Iterator[str]:
    answer = brute_force(world, question)
    yield "infeasible" if answer.values is None else "feasible"
    if len(answer.best) == 1:
        yield "unique answer"
    origins = dict(world.repositories)
    for best in answer.best[:1]:
        yield "nothing chosen" if not best else "three chosen" if len(best) >= 3 else "some chosen"
        for nevra, repository in best:
            if nevra.startswith("stub:"):
                yield "stub chosen"
            if repository is not None and origins[repository].value == "downstream":
                yield "downstream chosen"
