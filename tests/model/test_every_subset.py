"""Drawn Instances against all of their subsets: plain, questioned, in larger units, and interrupted anywhere."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from optimizer.answer.verify import verify
from optimizer.model.budget import Budget
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine, sign_of
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, Limit, LimitKind, Package
from tests.model.agreement import Tried, try_plain, try_question
from tests.model.ways import Way, working
from tests.oracle.drawing import draw_instance
from tests.oracle.every_subset import BestSet, EverySubset

PLAIN, QUESTIONS, SCALED, INTERRUPTED = 700, 500, 120, 40
_CHUNKS = range(4)
_SIZES = (ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.DOWNLOAD_SIZE)
_SIZE_LIMITS = (LimitKind.INSTALLED_SIZE, LimitKind.DOWNLOAD_SIZE)


@pytest.mark.parametrize("chunk", _CHUNKS)
def test_a_solve_says_what_all_subsets_say(chunk: int) -> None:
    _judge([try_plain(seed) for seed in range(chunk * PLAIN, (chunk + 1) * PLAIN)], feasible=0.55)


@pytest.mark.parametrize("chunk", _CHUNKS)
def test_so_does_any_question(chunk: int) -> None:
    _judge([try_question(seed) for seed in range(chunk * QUESTIONS, (chunk + 1) * QUESTIONS)], feasible=0.4)


def _judge(tried: list[Tried], feasible: float) -> None:
    """Hold that none was wrong, and that enough had an answer of some packages to have said something."""
    assert [one for one in tried if one.wrong] == []
    solved = [one for one in tried if one.feasible]
    assert feasible * len(tried) < len(solved) < 0.9 * len(tried)
    assert sum(one.packages > 0 for one in solved) > 0.8 * len(solved)
    assert sum(one.packages > 2 for one in solved) > 0.3 * len(solved)


@pytest.mark.parametrize(("packages", "way"), [(13, Way()), (45, Way(small=0))], ids=["search", "CP-SAT"])
@pytest.mark.parametrize("doublings", [10, 20, 30, 40])
def test_larger_units_change_no_chosen_package(doublings: int, packages: int, way: Way) -> None:
    """Beyond 2^53 a double is a rounded integer, and CP-SAT's own bound is a double: 45 packages need its search."""
    fitting = answered = 0
    for seed in range(SCALED):
        instance = draw_instance(Random(seed), packages)
        if _largest_sum(instance) << doublings >= 1 << 60:
            continue
        with working(way):
            found, scaled = Engine.of(instance).solve(), Engine.of(_scale(instance, doublings)).solve()
        assert (scaled.status, scaled.packages) == (found.status, found.packages), seed
        assert [stage.value for stage in scaled.stages] == [
            stage.value << doublings if stage.objective in _SIZES else stage.value for stage in found.stages
        ], seed
        fitting += 1
        answered += found.solved
    assert fitting > SCALED // 4
    assert answered > fitting // 2


def _scale(instance: Instance, doublings: int) -> Instance:
    def times(size: int | None) -> int | None:
        return None if size is None else size << doublings

    def package(one: Package) -> Package:
        return msgspec.structs.replace(
            one, installed_bytes=times(one.installed_bytes), download_bytes=times(one.download_bytes)
        )

    def limit(one: Limit) -> Limit:
        if one.kind not in _SIZE_LIMITS:
            return one
        return msgspec.structs.replace(one, maximum=times(one.maximum), minimum=times(one.minimum))

    return msgspec.structs.replace(
        instance,
        packages=tuple(map(package, instance.packages)),
        limits=tuple(map(limit, instance.limits)),
        unknown_bytes=times(instance.unknown_bytes),
    )


def _largest_sum(instance: Instance) -> int:
    unknown = instance.unknown_bytes or 0
    sizes = [(one.installed_bytes, one.download_bytes) for one in instance.packages]
    return max(sum(unknown if size is None else size for size in column) for column in zip(*sizes, strict=True))


class _Interrupted(Budget):
    """A budget that is interrupted at the `last` step: one that reports itself, or a look at the budget."""

    last: int = -1
    steps: int = 0

    def step(self, _heard: object = None) -> None:
        """Hear of a step."""
        self.steps += 1
        if self.steps == self.last:
            self.interrupted = True

    @property
    def spent(self) -> bool:
        """Whether nothing more may be started."""
        self.step()
        return super().spent


@pytest.mark.parametrize(
    "way",
    [Way(), Way(small=0), Way(small=0, widest=1), Way(steps=(), small=0, widest=1), Way(small=3, ideal=False)],
    ids=["all steps", "CP-SAT", "a column at a time", "no step", "no ideal"],
)
def test_an_interruption_at_any_step_leaves_nothing_false(way: Way) -> None:
    cut: list[SolveStatus] = []
    for seed in range(INTERRUPTED):
        instance = draw_instance(Random(seed))
        expected = EverySubset(instance).best()
        with working(way):
            whole = _Interrupted()
            _solve(instance, whole)
            for last in range(1, whole.steps + 1):
                found = _solve(instance, _Interrupted(last=last))
                assert not _false(instance, found, expected), (seed, last, found)
                cut.append(found.status)
    assert SolveStatus.UNKNOWN in cut
    assert SolveStatus.OPTIMAL in cut
    assert SolveStatus.FEASIBLE in cut or way == Way()


def _solve(instance: Instance, budget: _Interrupted) -> Solution:
    engine = Engine.of(instance)
    engine.reductions = budget.step
    return engine.solve(budget=budget, on_stage=budget.step)


def _false(instance: Instance, found: Solution, expected: BestSet | None) -> list[str]:
    """Return what is not so of an answer that was cut short."""
    if found.status is SolveStatus.UNKNOWN:
        return []
    if expected is None or not found.solved:
        return [] if found.status is SolveStatus.INFEASIBLE and expected is None else [found.status.value]
    wrong = [f"{one.rule}: {one.what}" for one in verify(instance, found)]
    *stages, tie_break = found.stages
    so_far = True
    for stage, best in zip(stages, expected.values, strict=True):
        sign = sign_of(ObjectiveKind(stage.objective))
        if stage.status == "optimal" and not (so_far and stage.value == stage.bound == best):
            wrong.append(f"{stage} is not optimal, {best} is")
        if stage.bound is not None and sign * stage.bound > sign * best:
            wrong.append(f"{stage} bounds {best}")
        so_far = so_far and stage.status == "optimal"
    if tie_break.status == "optimal" and not (so_far and found.packages == expected.packages):
        wrong.append(f"{found.packages} is not the one answer, {expected.packages} is")
    if (found.status is SolveStatus.OPTIMAL) != (so_far and tie_break.status == "optimal"):
        wrong.append(f"{found.status} with {found.stages}")
    return wrong
