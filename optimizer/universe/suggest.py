"""Rows for a table of equivalents, proposed for a person to accept: downstream names that upstream does not provide.

What speaks for a row and how much is `optimizer.universe.likeness`. A row is proposed where its score is high and no
other candidate comes near: a table that is right as far as it goes can be grown by hand, a wrong one must be read
line by line. No name is proposed that upstream does not have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec

from optimizer.problem.problem import Downstream, Missing, Origin, Problem
from optimizer.universe.likeness import Likeness
from optimizer.universe.load import Loaded
from optimizer.universe.package_facts import read_facts
from optimizer.universe.prepare import prepare_universe

Load = Callable[[Problem, bool], Loaded]

PROPOSED_FROM = 60
LEAD = 5
_OTHERS = 3
_SHOWN_FROM = 30


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An upstream name and its score, with what speaks for it, the strongest first."""

    upstream: str
    score: int
    evidence: tuple[str, ...]


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A downstream name that upstream lacks, what is proposed (None: nothing is certain) and what else there is."""

    name: str
    proposed: Candidate | None
    others: tuple[Candidate, ...]


def suggest_equivalents(problem: Problem, load: Load) -> tuple[Suggestion, ...]:
    """Return a suggestion for each downstream name that upstream does not provide and the table does not have.

    `load` loads the repositories, with complete file lists if asked. Only the repositories, the architecture, the
    policy and the equivalents of the problem count. Raises what `load` raises.
    """
    policy = replace(problem.policy, downstream=Downstream.SHIPPED, missing=Missing.ERROR)
    asked = replace(problem, equivalents=(), features=(), forbidden=(), pins=(), lock=(), previous=(), policy=policy)
    universe = prepare_universe(asked, load(asked, True))
    world = universe.world
    by_origin: dict[Origin | None, list[int]] = {Origin.UPSTREAM: [], Origin.DOWNSTREAM: []}
    for identifier in universe.candidates.chosen:
        by_origin[world.origin(world.solvable(identifier))].append(identifier)
    upstream = read_facts(world, by_origin[Origin.UPSTREAM])
    downstream = read_facts(world, by_origin[Origin.DOWNSTREAM])
    provided = {offer for facts in upstream.values() for offer in facts.offers} | upstream.keys()
    known = {row.name for row in problem.equivalents}
    likeness = Likeness(downstream, upstream)
    return tuple(rank_candidates(likeness, name) for name in downstream if name not in provided and name not in known)


def rank_candidates(likeness: Likeness, name: str) -> Suggestion:
    """Return the candidates of a downstream name by score, ties by name; the first is proposed if it is certain."""
    ranked = sorted(
        (
            Candidate(
                upstream=upstream,
                score=sum(each.points for each in evidence),
                evidence=tuple(each.words for each in sorted(evidence, key=lambda each: -each.points)),
            )
            for upstream, evidence in likeness.candidates(name).items()
        ),
        key=lambda candidate: (-candidate.score, candidate.upstream),
    )
    ranked = [candidate for candidate in ranked if candidate.score >= _SHOWN_FROM]
    certain = bool(ranked) and ranked[0].score >= PROPOSED_FROM
    if certain and len(ranked) > 1:
        certain = ranked[0].score - ranked[1].score >= LEAD
    first = ranked.pop(0) if certain else None
    return Suggestion(name=name, proposed=first, others=tuple(ranked[:_OTHERS]))
