"""What the numbers say about the claim of April 2015, and about each image: rules, no words."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from fractions import Fraction

from benchmarks.photon.question import ALL, OWN
from benchmarks.photon.record import Curve, Listed, Results, Share, Solved

#: "probably could re-use upwards of 85% of CentOS or Fedora packages".
CLAIM = Fraction(85, 100)


class Verdict(StrEnum):
    """Whether a list keeps the claim: whatever reading, only with stand-ins, not at all, or without any answer."""

    HOLDS = "holds"
    WITH_STAND_INS = "with stand-ins"
    FAILS = "fails"
    NO_ANSWER = "no answer"


def own_share(listed: Listed, solved: Solved | None) -> Share | None:
    """Return how many of the list's own sources need not be kept: the harder denominator.

    Upstream splits what downstream has in one, and what it installs besides counts as reused in the answer's own
    share; here only the sources that the list names count, whatever the answer pulls in.
    """
    if solved is None or solved.sources is None:
        return None
    kept = len(set(listed.sources) & {*solved.diverging, *(_stubbed(name) for name in solved.stubs)})
    return Share(reused=len(listed.sources) - kept, of=len(listed.sources))


def verdict(results: Results, listed: Listed) -> Verdict:
    """Return whether at least 85 % of sources are reused, both of the answer's and of the list's own.

    A list holds if it does so strictly too: without stand-ins, whether downstream is rebuilt or as shipped.
    """
    loose = results.solve(listed.list, ALL, "shipped")
    if loose is None or loose.sources is None:
        return Verdict.NO_ANSWER
    if not _keeps(listed, loose):
        return Verdict.FAILS
    strict = (results.solve(listed.list, OWN, "shipped"), results.solve(listed.list, OWN, "rebuilt"))
    return Verdict.HOLDS if all(_keeps(listed, one) for one in strict) else Verdict.WITH_STAND_INS


def reasons(solved: Solved | None) -> Counter[str]:
    """Return how many sources diverge for each reason; stubs have one of their own."""
    why = () if solved is None else solved.why
    return Counter("stub" if one.origin == "stub" else one.reason for one in why)


def half_way(curve: Curve) -> int | None:
    """Return the index of the first point that saves half of what the whole frontier can save."""
    if len(curve.steps) < 2:
        return None
    first, last = curve.steps[0].installed_bytes, curve.steps[-1].installed_bytes
    return next(i for i, step in enumerate(curve.steps) if 2 * (first - step.installed_bytes) >= first - last)


def _keeps(listed: Listed, solved: Solved | None) -> bool:
    own = own_share(listed, solved)
    return (
        solved is not None
        and solved.sources is not None
        and own is not None
        and solved.sources.fraction >= CLAIM
        and own.fraction >= CLAIM
    )


def _stubbed(name: str) -> str:
    """A stub's source is `stub:NAME`."""
    return name.removeprefix("stub:")
