"""Why a package is not in an answer, in words for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.explain.why_not import Outcome, Preference, WhyNot, WhyNotPackage
from optimizer.report.objective import amount, title
from optimizer.report.quantity import listed
from optimizer.report.reason import core_sentences
from optimizer.report.what_if import difference_lists, difference_table
from optimizer.report.wrapping import wrapped
from optimizer.universe.instance import PackageOrigin

_NAMED = 4
_TOLD, _LISTED = 3, 10
_TIES = {
    Preference.AGE: "the tie-break prefers newer versions",
    Preference.LIBSOLV: "the tie-break prefers what libsolv itself would choose",
    Preference.FEWER: "the tie-break prefers fewer packages, names of the equivalents included",
    Preference.ORDER: "the tie-break goes by name, then by version",
}


def why_not_text(found: WhyNot, *, whole: bool = False) -> str:
    """Return why candidates are not in an answer; the first few in full, the others a line each unless `whole`."""
    told = found.candidates if whole else found.candidates[:_TOLD]
    blocks = ["\n\n".join(_candidate(candidate, found.weighted, whole)) for candidate in told]
    others = found.candidates[len(told) :]
    if others:
        listed_ones = others[:_LISTED]
        lines = [line for candidate in listed_ones for line in _wrapped(_sentence(candidate, found.weighted), "  ")]
        if len(others) > len(listed_ones):
            lines.append(f"  and {len(others) - len(listed_ones):,} further from being in")
        blocks.append("\n".join(["the others, --all tells each in full:", *lines]))
    if found.chosen:
        names = listed(found.chosen, len(found.chosen) if whole else _NAMED)
        blocks.append("\n".join(_wrapped(f"in the answer: {names}", "")))
    return "\n\n".join(blocks) + "\n"


def _candidate(candidate: WhyNotPackage, weighted: bool, whole: bool) -> Iterator[str]:
    yield "\n".join(_wrapped(_sentence(candidate, weighted), ""))
    if candidate.core:
        lines = ["these cannot all hold with it, and none of them can be left out of the clash:"]
        for sentence in core_sentences(candidate.core):
            lines += _wrapped(sentence, "  - ")
        yield "\n".join(lines)
    if candidate.difference is not None:
        yield difference_table(candidate.difference, weighted=weighted)
        yield from difference_lists(candidate.difference, whole=whole)


def _sentence(candidate: WhyNotPackage, weighted: bool) -> str:
    name = f"{candidate.nevra.removeprefix('stub:')} {_place(candidate)}"
    if candidate.outcome is Outcome.IMPOSSIBLE:
        return f"{name} cannot be in: no package set with it has what the problem asks for"
    if candidate.outcome is Outcome.UNKNOWN:
        return f"{name}: the time was up before an answer with it was found"
    if candidate.outcome is Outcome.AS_GOOD:
        why = "" if candidate.tie is None else f"; {_TIES[candidate.tie]}"
        return f"{name} would do as well: an answer with it is as good in every objective{why}"
    found = candidate.difference
    assert found is not None
    stage = next(one for one in found.stages if one.objective == candidate.stage)
    assert stage.before is not None
    assert stage.after is not None
    then, now = (amount(stage.objective, value, weighted=weighted) for value in (stage.after, stage.before))
    proof = "" if candidate.status == "proven" else ", as far as was found: it is not proven"
    what = {Outcome.DEARER: "costs more", Outcome.BETTER: "is better than this answer, which is not proven"}
    return f"{name} {what[candidate.outcome]}: with it, {title(stage.objective)} is {then} instead of {now}{proof}"


def _place(candidate: WhyNotPackage) -> str:
    if candidate.origin is PackageOrigin.VIRTUAL:
        return "(a name of the equivalents)"
    return "(still to be packaged)" if candidate.origin is PackageOrigin.STUB else f"of {candidate.repository}"


def _wrapped(text: str, indent: str) -> list[str]:
    blank = " " * len(indent)
    return wrapped(text, indent, blank if indent.strip() else f"{blank}  ")
