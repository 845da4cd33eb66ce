"""OPB and WCNF against trying every subset, and against our own solver on real problems, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.export import opb, wcnf
from optimizer.export.adder import bound_clauses
from optimizer.export.formats import load_format
from optimizer.export.pseudo_boolean import Bound, PseudoBoolean
from optimizer.export.staged import UnknownStageError
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, Limit, LimitKind, holds
from tests.export.answers import real
from tests.export.instances import _MAINTAINED, instances, is_feasible, value
from tests.model.making import make
from tests.peers.pseudo_boolean import Solver, optima, run_clasp, run_rc2

Write = Callable[[Instance, Sequence[int]], bytes]
WRITERS = [
    pytest.param(opb.write_stage, run_clasp, id="opb", marks=pytest.mark.tool("clasp")),
    pytest.param(wcnf.write_stage, run_rc2, id="wcnf"),
]
_DATA_AND_CLASP = [pytest.mark.tool("clasp"), pytest.mark.data]
#: MaxSAT solvers meet the demo's limits and stages as adders, for which they take ten seconds.
REAL = [
    pytest.param("demo", opb.write_stage, run_clasp, id="demo-opb", marks=pytest.mark.tool("clasp")),
    pytest.param("cs9-host", opb.write_stage, run_clasp, id="cs9-opb", marks=_DATA_AND_CLASP),
    pytest.param("demo", wcnf.write_stage, run_rc2, id="demo-wcnf"),
    pytest.param("cs9-host", wcnf.write_stage, run_rc2, id="cs9-wcnf", marks=pytest.mark.data),
]


@st.composite
def limited(draw: st.DrawFn) -> Instance:
    """Draw an Instance with up to two limits of any kind, features in a group."""
    instance = draw(instances())
    kinds = st.sampled_from(list(LimitKind))
    bound = st.none() | st.integers(0, 25)
    limits = draw(
        st.lists(st.builds(Limit, kind=kinds, maximum=bound, minimum=bound, group=st.just("g")), max_size=2)
    )
    features = tuple(
        msgspec.structs.replace(one, group=draw(st.sampled_from(["g", None]))) for one in instance.features
    )
    kinds_kept = instance.objectives[: draw(st.integers(1, 3))]
    return msgspec.structs.replace(
        instance, limits=tuple(limits), features=features, objectives=kinds_kept, follow_weak=draw(st.booleans())
    )


def amount(instance: Instance, limit: Limit, chosen: frozenset[int]) -> int:
    if limit.kind is LimitKind.FEATURE_GROUP:
        return sum(holds(one.formula, instance, chosen) for one in instance.features if one.group == limit.group)
    if limit.kind is LimitKind.DOWNSTREAM_SOURCES:
        held = {instance.packages[index].source for index in chosen} - {None}
        return sum(instance.sources[source].origin in _MAINTAINED for source in held if source is not None)
    return value(instance, ObjectiveKind(limit.kind.value), chosen)


def fits(instance: Instance, limit: Limit, chosen: frozenset[int]) -> bool:
    held = amount(instance, limit, chosen)
    return not (
        (limit.maximum is not None and held > limit.maximum) or (limit.minimum is not None and held < limit.minimum)
    )


def best(instance: Instance) -> list[int] | None:
    """The lexicographic optimum by trying every subset."""
    count = len(instance.packages)
    subsets = (frozenset(i for i in range(count) if bits[i]) for bits in product((0, 1), repeat=count))
    feasible = [
        chosen
        for chosen in subsets
        if is_feasible(instance, chosen) and all(fits(instance, limit, chosen) for limit in instance.limits)
    ]
    if not feasible:
        return None
    stages = PseudoBoolean.of(instance).stages
    return min(
        ([value(instance, stage.kind, chosen) for stage in stages] for chosen in feasible),
        key=lambda values: [stage.sign * one for stage, one in zip(stages, values, strict=True)],
    )


@pytest.mark.parametrize(("write", "solve"), WRITERS)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(instance=limited())
def test_another_solver_finds_what_trying_everything_finds(write: Write, solve: Solver, instance: Instance) -> None:
    assert optima(instance, write, solve) == best(instance)


@pytest.mark.parametrize(("name", "write", "solve"), REAL)
def test_another_solver_proves_the_optimum_of_every_stage(name: str, write: Write, solve: Solver) -> None:
    exported = real(name)
    stages = [stage for stage in exported.record.stages if stage.objective != "tie_break"]
    assert all(stage.status == "optimal" for stage in stages)
    assert optima(exported.instance, write, solve) == [stage.value for stage in stages]


@pytest.mark.parametrize("format_name", ["opb", "wcnf"])
def test_the_bytes_are_the_same_every_time(format_name: str) -> None:
    found: Any = load_format(format_name)
    assert found.write(real("demo").instance) == found.write(real("demo").instance)


def test_a_file_of_one_stage_does_not_speak_of_the_others() -> None:
    instance = make("ab", required=["a"], objectives=["packages", "age"])
    (loss,) = opb.FORMAT.lost(instance)
    assert loss.concerned == ("age",)
    assert opb.FORMAT.lost(make("a", objectives=["packages"])) == ()
    with pytest.raises(UnknownStageError, match="no stage 3: the stages are packages, age"):
        opb.write_stage(instance, (1, 0))


def test_the_text_of_a_small_question() -> None:
    instance = make("ab", requires=[("a", "b")], required=["a"], conflicts=[("b", "a")], objectives=["packages"])
    assert opb.write(instance).decode().splitlines() == [
        "* #variable= 2 #constraint= 3",
        "* made for x86_64, written by pkgset export",
        "* stage 1 of packages",
        "* packages = (objective + 0)",
        "* x1 a-1-1.noarch of base",
        "* x2 b-1-1.noarch of base",
        "min: +1 x1 +1 x2 ;",
        "+1 x1 >= 1 ;",
        "-1 x1 +1 x2 >= 0 ;",
        "-1 x2 -1 x1 >= -1 ;",
    ]
    assert [line for line in wcnf.write(instance).decode().splitlines() if line[0] != "c"] == [
        "h 1 0",
        "h -1 2 0",
        "h -2 -1 0",
        "1 -1 0",
        "1 -2 0",
    ]


def test_a_hostile_name_stays_in_its_comment() -> None:
    instance = make("a", required=["a"])
    evil = msgspec.structs.replace(instance.packages[0], name="a\nh 0\n* \u202e")
    for format_ in (opb, wcnf):
        lines = format_.write(msgspec.structs.replace(instance, packages=(evil,))).decode().splitlines()
        assert lines.count("h 0") == 0
        assert "\u202e" not in "".join(lines)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(-9, 9).filter(bool), max_size=6).map(tuple),
    st.integers(-20, 30),
)
def test_adders_hold_exactly_where_the_sum_does(weights: tuple[int, ...], at_most: int) -> None:
    from pysat.solvers import Minisat22

    last = [len(weights)]

    def new_variable() -> int:
        last[0] += 1
        return last[0]

    bound = Bound(tuple((weight, place + 1) for place, weight in enumerate(weights)), at_most)
    clauses = list(bound_clauses(bound, new_variable))
    with Minisat22(bootstrap_with=[list(clause) for clause in clauses if clause]) as solver:
        for bits in product((False, True), repeat=len(weights)):
            true = [place + 1 if held else -place - 1 for place, held in enumerate(bits)]
            within = sum(weight for weight, held in zip(weights, bits, strict=True) if held) <= at_most
            assert (() not in clauses and solver.solve(assumptions=true)) == within
