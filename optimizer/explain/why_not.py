"""Why a package is not in an answer: it cannot be, or it costs more, or it would do as well; each by a solve."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from optimizer.answer.core import CorePart, explain_infeasible
from optimizer.answer.result import STATUS_WORDS
from optimizer.explain.answered import Answered
from optimizer.explain.difference import Difference, chosen_identities, difference, nearest_to
from optimizer.explain.subject import Subject, find_subject
from optimizer.model.question import Question
from optimizer.model.solution import SolveStatus, Stage
from optimizer.model.solve import Engine
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, PackageOrigin, Value


class InAnswerError(ValueError):
    """A word all of whose candidates are in the answer: the word, and their NEVRAs."""

    def __init__(self, word: str, packages: tuple[str, ...]) -> None:
        super().__init__(word, packages)
        self.word, self.packages = word, packages

    def __str__(self) -> str:
        return f"{self.word} is in the answer; ask why"


class Outcome(StrEnum):
    """What the best answer with a package is like, beside the answer there is; the best comes first.

    `better` only beside an answer that is not proven; `unknown` where the time was up before there was one.
    """

    BETTER = "better"
    AS_GOOD = "as good"
    DEARER = "dearer"
    UNKNOWN = "unknown"
    IMPOSSIBLE = "impossible"


class Preference(StrEnum):
    """Which rule of the tie-break, in their order, prefers one of two answers that are as good in every stage."""

    AGE = "age"
    LIBSOLV = "libsolv"
    FEWER = "fewer"
    ORDER = "order"


class WhyNotPackage(Value, frozen=True):
    """Why one candidate is not in an answer.

    `status` is `proven`, `not proven`, `infeasible` or `unknown`. `stage` is the first objective in which the best
    answer with it differs; `difference` all of that answer beside the one there is; `core` why there is none; `tie`
    what decided between answers that are as good.
    """

    nevra: str
    repository: str
    origin: PackageOrigin
    outcome: Outcome
    status: str
    stage: str | None = None
    difference: Difference | None = None
    core: tuple[CorePart, ...] = ()
    tie: Preference | None = None


class WhyNot(Value, frozen=True):
    """What a word names outside an answer, the candidate that comes nearest to being in first.

    `chosen` are the NEVRAs of the word's candidates that are in the answer. `weighted` says that divergence counts
    weights and not sources.
    """

    word: str
    candidates: tuple[WhyNotPackage, ...]
    chosen: tuple[str, ...]
    weighted: bool = False


def why_not(
    answered: Answered,
    word: str,
    subject: Subject | None = None,
    *,
    on_start: Callable[[int], None] = lambda _total: None,
    on_candidate: Callable[[], None] = lambda: None,
) -> WhyNot:
    """Return why each package that a word names or that provides it, and is not in an answer, is not.

    `subject` as in `why`. `on_start` hears how many there are, `on_candidate` of each settled. Raises
    UnknownSubjectError, InAnswerError, NoAnswerError, and TimeoutError where the budget ends in a core.
    """
    answered.require_answer()
    instance, chosen = answered.instance, answered.chosen
    named = (subject or find_subject(instance, word)).packages
    absent = [index for index in named if index not in chosen]
    held = tuple(instance.packages[index].nevra for index in named if index in chosen)
    if not absent:
        raise InAnswerError(word, held)
    near = Engine.of(nearest_to(instance, chosen_identities(instance, answered.solution)))
    on_start(len(absent))
    found = []
    for index in absent:
        found.append((index, *_candidate(answered, near, index)))
        on_candidate()
    found.sort(key=lambda one: (list(Outcome).index(one[1].outcome), one[2], one[0]))
    return WhyNot(
        word=word,
        candidates=tuple(candidate for _, candidate, _ in found),
        chosen=held,
        weighted=any(source.weight != 1 for source in instance.sources),
    )


def _candidate(answered: Answered, near: Engine, index: int) -> tuple[WhyNotPackage, tuple[int, ...]]:
    """Return why one candidate is out, and what the stages of the best answer with it come to, less being better."""
    instance, package = answered.instance, answered.instance.packages[index]
    question = Question(with_packages=frozenset((index,)))
    solution = near.solve(question, answered.budget)

    def told(outcome: Outcome, **more: object) -> WhyNotPackage:
        return WhyNotPackage(
            nevra=package.nevra,
            repository=package.repository,
            origin=package.origin,
            outcome=outcome,
            status=STATUS_WORDS[solution.status],
            **more,  # type: ignore[arg-type]
        )

    if solution.status is SolveStatus.INFEASIBLE:
        core = explain_infeasible(answered.explainer, question, answered.budget)
        return told(Outcome.IMPOSSIBLE, core=core), ()
    if not solution.solved:
        return told(Outcome.UNKNOWN), ()
    before, after = _worth(answered.solution.stages), _worth(solution.stages)
    whole = difference((instance, answered.solution), (instance, solution))
    if before == after:
        tie = _preference(instance, answered.chosen, frozenset(solution.packages))
        return told(Outcome.AS_GOOD, difference=whole, tie=tie), after
    stage = next(one.objective for one in whole.stages if one.change)
    return told(Outcome.DEARER if after > before else Outcome.BETTER, stage=stage, difference=whole), after


def _worth(stages: Iterable[Stage]) -> tuple[int, ...]:
    return tuple(
        -stage.value if stage.objective == ObjectiveKind.FEATURES else stage.value
        for stage in stages
        if stage.objective != "tie_break"
    )


def _preference(instance: Instance, chosen: frozenset[int], other: frozenset[int]) -> Preference:
    """Return the first rule of docs/model.md, section 5, "Ties", that tells two answers apart."""

    def sums(packages: frozenset[int]) -> dict[Preference, int]:
        held = [instance.packages[index] for index in packages]
        real = [package for package in held if package.origin is not PackageOrigin.VIRTUAL]
        return {
            Preference.AGE: sum(package.age for package in held),
            Preference.LIBSOLV: sum(not package.preferred for package in real),
            Preference.FEWER: len(held),
        }

    mine, theirs = sums(chosen), sums(other)
    return next((rule for rule in mine if mine[rule] != theirs[rule]), Preference.ORDER)
