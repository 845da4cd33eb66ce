"""Laws between the answers to two questions, over random worlds: what more room, less to do or other names change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from optimizer.answer.result import Result
from optimizer.pipeline import Settings, solve_file
from optimizer.problem.dependency import Capability, Dependency, Rich
from optimizer.problem.problem import Candidates, Missing, ObjectiveKind, Origin
from optimizer.repository.cache import Cache
from tests.oracle.repositories import write_problem
from tests.oracle.strategies import NAMES, worlds
from tests.oracle.strategies import cases as oracle_cases
from tests.oracle.world import Bounds, OraclePackage, Question, Wish, World

Case = tuple[World, Question]
Values = list[tuple[str, int]]

SOME = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
SIZES = (ObjectiveKind.INSTALLED_SIZE.value, ObjectiveKind.DOWNLOAD_SIZE.value)
TIGHT = Bounds(packages=2, installed_bytes=60, downstream_sources=1)


def cases() -> st.SearchStrategy[Case]:
    """Return small worlds and questions about them."""
    return oracle_cases(6)


def solve(world: World, question: Question) -> Result:
    """The product's result."""
    with TemporaryDirectory() as directory:
        path = write_problem(world, question, Path(directory))
        return solve_file(path, Settings(cache=Cache(Path(directory) / "cache"), divergence=False))


def stages(result: Result) -> Values | None:
    """Each stage, the lower the better; None where there is no answer."""
    assert result.record.status in ("proven", "infeasible"), result.record.judges
    if result.record.status == "infeasible":
        return None
    return [
        (stage.objective, -stage.value if stage.objective == "features" else stage.value)
        for stage in result.record.stages
        if stage.objective != "tie_break"
    ]


def values(world: World, question: Question) -> Values | None:
    """The stages of the product's answer."""
    return stages(solve(world, question))


def no_worse(after: Values | None, before: Values | None) -> bool:
    """Whether a second answer is at least as good as a first, stage by stage in their order."""
    return before is None or (after is not None and after <= before)


def is_harmless(question: Question) -> bool:
    """Whether a package more can only help: no stub vanishes, no weak dependency turns up, nothing grows older."""
    return (
        question.rules.missing is Missing.ERROR
        and ObjectiveKind.WEAK not in question.stages
        and ObjectiveKind.AGE not in question.stages
    )


@SOME
@given(cases(), st.sampled_from(["base", "updates"]), st.integers(0, 60))
def test_a_package_that_nobody_needs_changes_nothing(case: Case, repository: str, size: int) -> None:
    world, question = case
    before = values(world, question)
    stranger = OraclePackage("stranger", repository=repository, installed_bytes=size, source="stranger")
    assert values(replace(world, packages=(*world.packages, stranger)), question) == before


@SOME
@given(cases(), st.sampled_from(NAMES), st.integers(0, 3))
def test_one_provider_more_never_worsens_a_stage(case: Case, name: str, size: int) -> None:
    world, question = case
    assume(is_harmless(question))
    assume(not question.equivalents)
    helper = OraclePackage("helper", provides=(Capability(name),), installed_bytes=size, source="helper")
    excluded = [one for one in question.forbidden if name in str(one)]
    assume(not excluded)
    assume(not any("unless" in str(held) or " if " in str(held) or "without" in str(held) for held in spoken(case)))
    after = values(replace(world, packages=(*world.packages, helper)), question)
    assert no_worse(after, values(world, question))


def spoken(case: Case) -> Iterator[Dependency]:
    """Every dependency of a world and a question."""
    world, question = case
    for one in world.packages:
        yield from (*one.requires, *one.prerequires, *one.conflicts, *one.recommends, *one.supplements)
    yield from (wish.require for wish in question.features)


@SOME
@given(cases(), st.sampled_from(["packages", "installed_bytes", "download_bytes", "downstream_sources"]))
def test_a_higher_limit_never_worsens_a_stage(case: Case, name: str) -> None:
    world, question = case
    bounds = question.bounds if question.bounds != Bounds() else TIGHT
    limit = getattr(bounds, name)
    assume(limit is not None)
    before = values(world, replace(question, bounds=bounds))
    for higher in (limit + 30, None):
        changed: dict[str, Any] = {name: higher}
        wider = replace(bounds, **changed)
        after = values(world, replace(question, bounds=wider))
        assert no_worse(after, before)
        before = after


@SOME
@given(cases(), st.integers(0, 3))
def test_a_required_feature_less_never_worsens_a_stage(case: Case, number: int) -> None:
    world, question = case
    required = [wish for wish in question.features if wish.required]
    assume(number < len(required))
    wish = required[number]
    assume(wish.group is None or not question.bounds.groups)
    fewer = replace(question, features=tuple(one for one in question.features if one != wish))
    assume(fewer.features)
    assume(question.rules.missing is Missing.ERROR)  # a feature's stub may serve others too, and goes with it
    assert no_worse(values(world, fewer), values(world, question))


@SOME
@given(cases(), st.integers(0, 1))
def test_without_a_forbidden_pinned_or_locked_thing_no_stage_gets_worse(case: Case, number: int) -> None:
    world, question = case
    assume(question.forbidden or question.pins)
    before = values(world, question)
    if question.forbidden:
        freer = replace(question, forbidden=())
        assert no_worse(values(world, freer), before)
    versions = [pin for pin in question.pins if pin.relation is not None]
    if number < len(question.pins) and not versions and not question.equivalents:
        freer = replace(question, pins=question.pins[:number])
        assert no_worse(values(world, freer), before)


@SOME
@given(cases())
def test_other_names_change_nothing_but_names(case: Case) -> None:
    """The order of names is kept, so that ties go the same way."""
    world, question = case
    before, after = solve(world, question), solve(*renamed(case))
    assert stages(after) == stages(before)
    chosen, others = map(contents, (before, after))
    assert sorted(others) == sorted((_other(name), *rest) for name, *rest in chosen)


def contents(result: Result) -> list[tuple[str, str, str, str, str]]:
    """What a manifest holds; nothing where there is none."""
    packages = result.manifest.packages if result.manifest is not None else ()
    return [(one.name, one.version, one.release, one.arch, one.repository) for one in packages]


def _other(name: str) -> str:
    before, colon, bare = name.rpartition(":")
    return f"{before}{colon}{bare}x" if bare in NAMES else name


def renamed(case: Case) -> Case:
    """A world and a question in which every package name has a letter more."""
    world, question = case
    install_only = tuple(map(_other, question.rules.install_only))
    changed = _renamed((world.packages, replace(question, rules=replace(question.rules, install_only=install_only))))
    packages, asked = changed
    return replace(world, packages=packages), asked


def _renamed(value: Any) -> Any:
    """A value with the names in it changed, however deep."""
    if isinstance(value, Capability):
        return structs.replace(value, name=_other(value.name))
    if isinstance(value, Rich):
        return structs.replace(value, operands=_renamed(value.operands))
    if isinstance(value, tuple):
        return tuple(map(_renamed, value))
    if isinstance(value, OraclePackage):
        kinds = ("provides", "requires", "prerequires", "conflicts", "obsoletes", "recommends", "supplements")
        lists = {kind: _renamed(getattr(value, kind)) for kind in kinds}
        return replace(value, name=_other(value.name), **lists)
    if isinstance(value, Wish):
        return replace(value, require=_renamed(value.require))
    if isinstance(value, Question):
        parts = ("features", "forbidden", "pins", "lock", "previous")
        changed = {part: _renamed(getattr(value, part)) for part in parts}
        rows = tuple((_other(name), _renamed(upstream)) for name, upstream in value.equivalents)
        return replace(value, equivalents=rows, **changed)
    if hasattr(value, "relation"):
        return replace(value, name=_other(value.name), relation=_renamed(value.relation))
    return value


@SOME
@given(cases(), st.sampled_from(["base", "updates", "own"]))
def test_a_repository_that_is_there_twice_changes_no_value(case: Case, repository: str) -> None:
    world, question = case
    assume(not any(pin.repository is not None for pin in question.pins))
    assume(ObjectiveKind.WEAK not in question.stages)  # what supplements is there twice, and one is always missing
    origin = dict(world.repositories)[repository]
    copies = [replace(one, repository="copy") for one in world.packages if one.repository == repository]
    twice = World((*world.repositories, ("copy", origin)), (*world.packages, *copies))
    assert values(twice, question) == values(world, question)


@SOME
@given(cases(), st.integers(2, 1000))
def test_sizes_in_another_unit_scale_the_size_stages(case: Case, factor: int) -> None:
    world, question = case
    bounds = question.bounds

    def scaled(size: int | None) -> int | None:
        return None if size is None else size * factor

    larger = tuple(
        replace(one, installed_bytes=scaled(one.installed_bytes), download_bytes=scaled(one.download_bytes))
        for one in world.packages
    )
    asked = replace(
        question,
        bounds=replace(
            bounds, installed_bytes=scaled(bounds.installed_bytes), download_bytes=scaled(bounds.download_bytes)
        ),
        rules=replace(question.rules, unknown_bytes=question.rules.unknown_bytes * factor),
    )
    before = values(world, question)
    expected = before and [(name, value * factor if name in SIZES else value) for name, value in before]
    assert values(replace(world, packages=larger), asked) == expected


@SOME
@given(worlds(6), st.sampled_from(NAMES), st.sampled_from([ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.PACKAGES]))
def test_all_versions_are_never_worse_than_the_newest(world: World, name: str, first: ObjectiveKind) -> None:
    question = Question(features=(Wish(Capability(name)),), objectives=(first,))
    every = replace(question, rules=replace(question.rules, candidates=Candidates.ALL))
    assert no_worse(values(world, every), values(world, question))


@SOME
@given(cases())
def test_an_objective_more_at_the_end_changes_no_earlier_stage(case: Case) -> None:
    world, question = case
    more = [kind for kind in (ObjectiveKind.PACKAGES, ObjectiveKind.DOWNLOAD_SIZE) if kind not in question.objectives]
    assume(more)
    before = values(world, question)
    after = values(world, replace(question, objectives=(*question.objectives, more[0])))
    kept = after and [pair for pair in after if pair[0] != more[0].value]
    assert kept == before


@SOME
@given(cases())
def test_all_upstream_never_diverges(case: Case) -> None:
    world, question = case
    assume(question.rules.missing is Missing.ERROR)
    world = replace(world, repositories=tuple((name, Origin.UPSTREAM) for name, _ in world.repositories))
    asked = replace(question, objectives=(ObjectiveKind.DIVERGENCE,), pins=(), previous=())
    found = values(world, asked)
    assert found is None or dict(found)["divergence"] == 0
