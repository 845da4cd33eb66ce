"""Which dependency edges an answer would be better without: single ones, pairs, and all that hold a package.

The saving of a cut is by how much the measured objective is better where the problem is solved again without these
edges, by its own objectives; where one that ranks above is worse for it, that is no saving. The minimisation over
packages and cuts together (model/cuts.py) holds the objectives that rank above to today's values, so it bounds what
a cut saves. Cuts come in the order of these bounds, each is solved as a problem of its own, and is told once no bound
to come is higher. Where nothing ranks above, bound and saving are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from heapq import heappop, heappush

import msgspec

from optimizer.answer.core import ASKED, CorePart, describe, guards_of
from optimizer.explain.answered import Answered
from optimizer.explain.difference import difference
from optimizer.explain.edge import idle_edges
from optimizer.explain.leverage import CutRow, Leverage
from optimizer.explain.singles import ranked_singles
from optimizer.explain.subject import find_packages
from optimizer.model.core import minimal_core
from optimizer.model.question import Question
from optimizer.problem.problem import ObjectiveKind

BYTES, DIVERGENCE = ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.DIVERGENCE


class Levers(msgspec.Struct, frozen=True, kw_only=True):
    """The best cuts, the most saving first; `whole` where no other cut saves anything.

    `today` is the measured objective's value now, `above` the objectives that rank above it. `edges` are all there
    are, `in_answer` those only that a package of today's answer asks for. Packages of today's
    answer whose installed size nobody knows, `unknown_sizes` of them, count nothing in bytes.
    """

    problem: str
    objective: str
    today: int
    above: tuple[str, ...]
    edges: int
    rows: tuple[CutRow, ...]
    whole: bool
    weighted: bool = False
    unknown_sizes: int = 0
    in_answer: bool = False


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The fewest edges whose cut lets a package leave with no objective worse than today.

    `chosen` says that it is in today's answer. `row` is None where it is not, where it can leave without a cut, and
    where no cut helps (`impossible`): because the demands `held_by` ask for it themselves, or, where there are none,
    since an objective would be worse.
    """

    problem: str
    package: str
    objective: str
    chosen: bool
    row: CutRow | None
    impossible: bool = False
    held_by: tuple[CorePart, ...] = ()
    weighted: bool = False


def best_edges(answered: Answered, measured: ObjectiveKind, most: int, *, in_answer: bool = False) -> Levers:
    """Return the single edges whose cut saves most, up to so many; `in_answer` those of the answer's packages only.

    Raises NoAnswerError, UnprovenAnswerError, TimeoutError.
    """
    leverage = Leverage(answered, measured, in_answer)
    return _report(leverage, *_ranked(_singles(leverage), most))


def best_pairs(answered: Answered, measured: ObjectiveKind, most: int, *, in_answer: bool = False) -> Levers:
    """Return the pairs of edges that save most beyond what each of the two saves alone; raises as `best_edges`.

    What one edge saves is charged where it is cut, so the sum that is minimised is today's value less what only the
    two together save. An edge's own saving is looked up when a pair with it comes up; until then it is charged
    nothing, so that no pair is thought worse than it is. An edge whose cut alone betters an objective that ranks
    above the measured one is in no pair: it is a lever of that objective.
    """
    leverage = Leverage(answered, measured, in_answer)
    return _report(leverage, *_ranked(_pairs(leverage), most))


_Candidate = tuple[int, Callable[[], CutRow]]


def _ranked(candidates: Iterator[_Candidate], most: int) -> tuple[list[CutRow], bool]:
    """Return the best rows and whether these are all that save something.

    Candidates come with a bound on what they save beyond their parts, the highest first, and the row that tells.
    """
    rows: list[CutRow] = []
    waiting: list[tuple[int, int, CutRow]] = []
    for number, (bound, row) in enumerate(candidates):
        while waiting and -waiting[0][0] >= bound and len(rows) < most:
            rows.append(heappop(waiting)[2])
        if len(rows) == most:
            return rows, False
        told = row()
        if told.together > 0:
            heappush(waiting, (-told.together, number, told))
    while waiting and len(rows) < most:
        rows.append(heappop(waiting)[2])
    return rows, not waiting


def _singles(leverage: Leverage) -> Iterator[_Candidate]:
    table = leverage.table.without(idle_edges(leverage.answered.instance, leverage.table, 1, leverage.unmet))
    cuts = leverage.cuts(table, leverage.held)
    today = leverage.values[leverage.measured]
    for place, value in ranked_singles(cuts, leverage.promising(table), partial(leverage.worth, table), today):
        yield today - value, partial(leverage.row, table, (place,), today - value)


def _pairs(leverage: Leverage) -> Iterator[_Candidate]:
    table = leverage.table.without(idle_edges(leverage.answered.instance, leverage.table, 2, leverage.unmet))
    cuts = leverage.cuts(table, leverage.held)
    today, least = leverage.values[leverage.measured], 0
    charges: dict[int, int] = {}
    barred: list[tuple[int, ...]] = []
    while (found := cuts.best(2, today, at_least=least, charges=charges, barred=barred)) is not None:
        least = found.value
        unknown = [place for place in found.levers if place not in charges]
        told = {place: leverage.saving(table, place) for place in unknown}
        barred += [(place,) for place, saved in told.items() if saved is None]
        charges |= {place: saved or 0 for place, saved in told.items()}
        if any(saved != 0 for saved in told.values()):
            continue
        alone = tuple(charges[place] for place in found.levers)
        barred.append(found.levers)
        yield today - least, partial(leverage.row, table, found.levers, today - least + sum(alone), alone)


def release(answered: Answered, measured: ObjectiveKind, word: str) -> Release:
    """Return the fewest edges to cut so that a package is not in, in no version, with no objective worse than today.

    Among equals the measured objective decides, then the others. Raises UnknownSubjectError, NoAnswerError,
    UnprovenAnswerError, TimeoutError.
    """
    leverage, instance = Leverage(answered, measured), answered.instance
    named = frozenset(find_packages(instance, word))
    found = Release(
        problem=instance.problem,
        package=word,
        objective=measured.value,
        chosen=not named.isdisjoint(answered.chosen),
        row=None,
        weighted=any(source.weight != 1 for source in instance.sources),
    )
    cuts = leverage.cuts(leverage.table, leverage.values)
    places = cuts.fewest(Question(without_packages=named)) if found.chosen else ()
    if places:
        return msgspec.structs.replace(found, row=leverage.released(places, named))
    if places is not None:
        return found
    question = Question(without_packages=named)
    core = minimal_core(cuts.engine, question, guards_of(cuts.engine, ASKED), answered.budget)
    return msgspec.structs.replace(
        found, held_by=tuple(describe(instance, guard, question) for guard in core or ()), impossible=True
    )


def _report(leverage: Leverage, rows: list[CutRow], whole: bool) -> Levers:
    """Return rows with what they are measured by."""
    instance, today = leverage.answered.instance, leverage.today
    return Levers(
        problem=instance.problem,
        objective=leverage.measured.value,
        today=leverage.values[leverage.measured],
        above=tuple(kind.value for kind in leverage.held),
        edges=len(leverage.table.levers),
        in_answer=leverage.in_answer,
        rows=tuple(rows),
        whole=whole,
        weighted=any(source.weight != 1 for source in instance.sources),
        unknown_sizes=difference((instance, today), (instance, today)).installed_size.unknown_before,
    )
