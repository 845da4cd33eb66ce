"""One closure for many problems: what differs without closing reading it, what parts closures, the same bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as with_fields

from optimizer.batch.fork import in_child
from optimizer.pipeline import Settings, close_problem, keep_repositories
from optimizer.problem.dependency import parse_dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import (
    Candidates,
    Downstream,
    Equivalent,
    FeatureGroupLimit,
    Forbidden,
    Limits,
    Missing,
    Objective,
    ObjectiveKind,
    Origin,
    PackageVersion,
    Pin,
    Policy,
    Position,
    Problem,
    SizeEstimate,
    Sizes,
    WeakDependencies,
)
from optimizer.repository.cache import Cache
from optimizer.universe import stock as stocks
from optimizer.universe.close import Closure, reach_closure
from optimizer.universe.instance import Input
from optimizer.universe.prepare import Universe
from optimizer.universe.restate import closing_question, closure_key, restate
from optimizer.universe.snapshot import encode_instance
from optimizer.universe.stock import Demand, Stock
from tests.demo.recipes import DEMO

REAL = Path(__file__).resolve().parents[2] / "problems" / "real"
PLACE = Position("/elsewhere/other.yaml", 77, "some.key[3]")
BASH = PackageVersion("bash", 0, "5", "1", "x86_64")
INPUT = Input(repository="one", origin="upstream", location="/one", checksum="sha256:00")

#: What may differ between problems that close alike.
ALIKE: dict[str, Callable[[Problem], Problem]] = {
    "files": lambda asked: replace(asked, files=()),
    "name": lambda asked: replace(asked, name="other"),
    "file": lambda asked: replace(asked, file=Path("/elsewhere/other.yaml")),
    "limits": lambda asked: replace(
        asked, limits=Limits(installed_bytes=10**12, packages=900, positions={"packages": PLACE})
    ),
    "group limits": lambda asked: replace(
        asked, limits=Limits(feature_groups=(FeatureGroupLimit("g", 1, 2, PLACE),))
    ),
    "objectives": lambda asked: replace(
        asked, objectives=(*_read(asked), Objective(ObjectiveKind.PACKAGES), Objective(ObjectiveKind.AGE))
    ),
    "weights": lambda asked: replace(
        asked, objectives=(Objective(ObjectiveKind.DIVERGENCE, (("systemd", 7), ("bash", 3))), *_read(asked))
    ),
    "values": lambda asked: replace(
        asked, features=tuple(with_fields(one, value=one.value + 5) for one in asked.features)
    ),
    "unknown sizes": lambda asked: replace(asked, policy=replace(asked.policy, unknown_size=4096)),
    "positions": lambda asked: replace(
        asked,
        features=tuple(with_fields(one, position=PLACE) for one in asked.features),
        pins=tuple(with_fields(one, position=PLACE) for one in asked.pins),
        forbidden=tuple(with_fields(one, position=PLACE) for one in asked.forbidden),
        equivalents=tuple(with_fields(one, position=PLACE) for one in asked.equivalents),
        repositories=tuple(with_fields(one, position=PLACE) for one in asked.repositories),
    ),
    "an earlier manifest nobody asks after": lambda asked: (
        asked
        if any(one.kind is ObjectiveKind.CHANGES for one in asked.objectives)
        else replace(asked, previous=(*asked.previous, BASH))
    ),
}

#: What parts closures.
APART: dict[str, Callable[[Problem], Problem]] = {
    "arch": lambda asked: replace(asked, arch="aarch64"),
    "repositories": lambda asked: replace(asked, repositories=asked.repositories[:1]),
    "features": lambda asked: replace(asked, features=asked.features[1:]),
    "optional": lambda asked: replace(
        asked, features=(with_fields(asked.features[0], required=False), *asked.features[1:])
    ),
    "groups": lambda asked: replace(asked, features=(with_fields(asked.features[0], group="g"), *asked.features[1:])),
    "equivalents": lambda asked: replace(
        asked, equivalents=(Equivalent("cron", (parse_dependency("bash"),), "", False, PLACE),)
    ),
    "forbidden": lambda asked: replace(asked, forbidden=(Forbidden(parse_dependency("vim"), PLACE),)),
    "pins": lambda asked: replace(asked, pins=(Pin("bash", None, Origin.UPSTREAM, None, PLACE),)),
    "lock": lambda asked: replace(asked, lock=(BASH,)),
    "modules": lambda asked: replace(asked, modules=("nodejs:18",)),
    "sizes": lambda asked: replace(asked, sizes=Sizes(estimate=SizeEstimate(False, 1, 1))),
    "candidates": lambda asked: replace(asked, policy=replace(asked.policy, candidates=Candidates.ALL)),
    "downstream": lambda asked: replace(asked, policy=replace(asked.policy, downstream=Downstream.NONE)),
    "missing": lambda asked: replace(
        asked,
        policy=replace(asked.policy, missing=next(kind for kind in Missing if kind is not asked.policy.missing)),
    ),
    "followed weak dependencies": lambda asked: replace(
        asked, policy=replace(asked.policy, weak_dependencies=WeakDependencies.FOLLOW)
    ),
    "counted weak dependencies": lambda asked: replace(asked, objectives=(Objective(ObjectiveKind.WEAK),)),
    "multilib": lambda asked: replace(asked, policy=replace(asked.policy, multilib=True)),
    "install_only": lambda asked: replace(asked, policy=replace(asked.policy, install_only=())),
    "an earlier manifest": lambda asked: replace(
        asked, objectives=(Objective(ObjectiveKind.CHANGES),), previous=(BASH,)
    ),
    "releasever": lambda asked: replace(asked, releasever="9"),
}


def _read(problem: Problem) -> tuple[Objective, ...]:
    kinds = (ObjectiveKind.WEAK, ObjectiveKind.CHANGES)
    return tuple(Objective(one.kind) for one in problem.objectives if one.kind in kinds)


def _key(problem: Problem) -> str:
    return closure_key(closing_question(problem), (INPUT,))


def _restated(problem: Problem, settings: Settings) -> bytes:
    shared = close_problem(closing_question(problem), settings).closed
    return encode_instance(restate(shared, problem).instance)


def _anew(problem: Problem, settings: Settings) -> bytes:
    return encode_instance(close_problem(problem, settings).closed.instance)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(cache=Cache(tmp_path_factory.mktemp("cache")))


@pytest.mark.parametrize(
    "file", sorted(set(DEMO.glob("*.yaml")) - {DEMO / "equivalents.yaml"}), ids=lambda file: file.stem
)
def test_a_closure_restated_is_the_closure_made_anew(file: Path, settings: Settings) -> None:
    problem = load_problem(file)
    shared = close_problem(closing_question(problem), settings).closed
    for name, change in ALIKE.items():
        changed = change(problem)
        if problem.policy.unknown_size == "error" and name == "unknown sizes":
            continue  # which is the one that may not be counted
        assert encode_instance(restate(shared, changed).instance) == _anew(changed, settings), name


@pytest.mark.data
@pytest.mark.parametrize(
    "name", ["cs9-host", "cs9-hardware-group", "openstack-optional-services", "fedora32-container-branding"]
)
def test_a_real_closure_restated_is_the_closure_made_anew(
    name: str, data_directory: Path, settings: Settings
) -> None:
    problem = load_problem(REAL / f"{name}.yaml")
    there = replace(settings, mirror=data_directory)
    for change in (lambda asked: asked, ALIKE["weights"], ALIKE["limits"]):
        assert _restated(change(problem), there) == _anew(change(problem), there)


@pytest.mark.parametrize("name", ALIKE)
def test_what_closing_does_not_read_shares_a_closure(name: str) -> None:
    problem = load_problem(DEMO / "demo.yaml")
    assert _key(ALIKE[name](problem)) == _key(problem)


@pytest.mark.parametrize("name", APART)
def test_what_closing_reads_parts_closures(name: str) -> None:
    problem = load_problem(DEMO / "demo.yaml")
    assert _key(APART[name](problem)) != _key(problem)


def test_other_metadata_part_closures() -> None:
    question = closing_question(load_problem(DEMO / "demo.yaml"))
    keys = {
        closure_key(question, held)
        for held in (
            (),
            (INPUT,),
            (INPUT, INPUT),
            (with_fields(INPUT, checksum="sha256:01"),),
            (with_fields(INPUT, baseurl="http://one/"),),
        )
    }
    assert len(keys) == 5


def test_every_part_of_a_problem_is_in_one_list_or_the_other() -> None:
    """A new field must be put into either; until then it parts closures, which costs time and nothing else."""
    told = {
        *("name", "file", "limits", "objectives", "arch", "repositories", "features", "equivalents", "forbidden"),
        *("pins", "lock", "previous", "modules", "sizes", "policy", "releasever", "files"),
    }
    assert {field.name for field in dataclasses.fields(Problem)} == told
    policy = {"unknown_size", "candidates", "downstream", "missing", "weak_dependencies", "multilib", "install_only"}
    assert {field.name for field in dataclasses.fields(Policy)} == policy


class Silent:
    """Keeps warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def start(self, stage: str, total: int | None) -> None: ...

    def advance(self, amount: int) -> None: ...

    def finish(self) -> None: ...

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def closings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every closure that is made, in this process and the children that it forks afterwards."""
    made: list[str] = []

    def counted(universe: Universe) -> Closure:
        made.append("closed")
        return reach_closure(universe)

    monkeypatch.setattr("optimizer.pipeline.reach_closure", counted)
    return made


def _batch(problems: list[Problem], settings: Settings, made: list[str]) -> tuple[list[bytes], list[int]]:
    """Close each problem as a worker does, and return the Instances and how many closings each took."""
    assert settings.stock is not None
    stock, found, counts = settings.stock, [], []
    for problem in problems:
        before = len(made)
        keep_repositories(problem, settings)
        here = len(made) - before

        def work(problem: Problem = problem) -> tuple[bytes, int, Demand]:
            begun = len(made)
            return _anew(problem, settings), len(made) - begun, stock.demand()

        content, there, demand = in_child(work)
        stock.note(demand)
        found.append(content)
        counts.append(here + there)
    return found, counts


def _limited(number: int) -> list[Problem]:
    problem = load_problem(DEMO / "weights.yaml")
    return [
        replace(problem, name=f"run-{packages}", limits=Limits(packages=packages))
        for packages in range(60, 60 + number)
    ]


def test_problems_that_differ_in_limits_close_twice_a_process(settings: Settings, closings: list[str]) -> None:
    problems = _limited(6)
    found, counts = _batch(problems, replace(settings, stock=Stock()), closings)
    assert counts == [1, 1, 0, 0, 0, 0]  # once in a child, which shows that it can be, then once here
    assert found == [_anew(problem, settings) for problem in problems]


def test_problems_that_ask_for_other_things_close_each(settings: Settings, closings: list[str]) -> None:
    problem = load_problem(DEMO / "weights.yaml")
    problems = [
        replace(problem, name=f"run-{count}", features=problem.features[:count])
        for count in range(1, len(problem.features) + 1)
    ]
    found, counts = _batch(problems * 2, replace(settings, stock=Stock()), closings)
    assert counts == [1] * len(problems) * 2, "the same problem again is no other that closes alike"
    assert found == [_anew(problem, settings) for problem in problems] * 2


def test_closures_that_take_turns_are_all_kept(settings: Settings, closings: list[str]) -> None:
    turns = [
        replace(problem, policy=replace(problem.policy, downstream=downstream), name=f"{problem.name}-{downstream}")
        for problem in _limited(4)
        for downstream in Downstream
    ]
    _, counts = _batch(turns, replace(settings, stock=Stock()), closings)
    assert counts == [1] * 6 + [0] * 6


def test_closures_that_drive_each_other_out_are_closed_no_more_often_than_without_sharing(
    settings: Settings, closings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stocks, "KEPT", 2)
    turns = [
        replace(problem, policy=replace(problem.policy, downstream=downstream), name=f"{problem.name}-{downstream}")
        for problem in _limited(5)
        for downstream in Downstream
    ]
    found, counts = _batch(turns, replace(settings, stock=Stock()), closings)
    assert max(counts) == 1
    assert counts[-3:] != [1, 1, 1]
    assert found == [_anew(problem, settings) for problem in turns]


def test_warnings_are_told_to_each_problem_that_shares(
    settings: Settings, closings: list[str], tmp_path: Path
) -> None:
    away = load_problem(DEMO / "weights.yaml").repositories[0]
    away = with_fields(away, locations=(str(tmp_path / "nowhere"), *away.locations))
    stock = Stock()
    for number, problem in enumerate(_limited(4)):
        heard = Silent()
        own = replace(settings, stock=stock, progress=heard)
        asked = replace(problem, repositories=(away, *problem.repositories[1:]))
        keep_repositories(asked, replace(own, progress=Silent()))
        closings.clear()
        close_problem(asked, own)
        assert len(closings) == (1 if number < 1 else 0)
        assert len(heard.warnings) == 1
        stock.note(stock.demand())
