"""Cores, evidence and prices as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from optimizer.answer.core import CorePart
from optimizer.answer.divergence import Entry
from optimizer.report.objective import amount, change, title
from optimizer.report.quantity import listed

_NAMED = 3
_VERBS = {
    "conflicts": "conflicts with",
    "obsoletes": "obsoletes",
    "recommends": "recommends",
    "supplements": "supplements",
}
_BOUND = re.compile(r"(>=|<=) (-?\d+)")


def core_sentence(part: CorePart) -> str:
    """Return what one part of a minimal core says, with the problem file's line where it has one."""
    place = f"  [{part.where}]" if part.where else ""
    return _said(part) + place


def evidence_sentence(reason: str, evidence: Mapping[str, Any]) -> str:
    """Return a divergence entry's evidence in one line, for a source other than a stub."""
    if reason == "unknown":
        return f"reason not known: {evidence['why']}"
    if reason == "absent":
        return f"no upstream package provides {_asked(evidence)}"
    if reason == "version":
        there = listed([held["provides"] for held in evidence["upstream"]], _NAMED)
        return f"{_asked(evidence)} is asked, upstream has {there}"
    if reason == "limit":
        return "without it " + "; ".join(map(_excess, evidence["limits"]))
    if reason == "policy":
        return "the problem says so: " + "; ".join(map(_plain, _parts(evidence, "policy")))
    if reason == "objective":
        return _objective(evidence)
    return _core(reason, evidence)


def divergence_sentence(entry: Entry) -> str:
    """Return why a source is in the divergence list, in one line."""
    if entry.origin == "stub" and entry.reason == "absent":
        return f"must be packaged: nobody provides {_asked(entry.evidence)}"
    return evidence_sentence(entry.reason, entry.evidence)


def evidence_parts(entry: Entry) -> tuple[str, tuple[str, ...]]:
    """Return why a source is in the divergence list: a sentence, and where a core is long, its parts one by one."""
    core = entry.evidence.get("core", ())
    if len(core) <= _NAMED:
        return divergence_sentence(entry), ()
    candidate, facts = entry.evidence.get("candidate"), tuple(core_sentences(_parts(entry.evidence, "core")))
    subject = (
        "it clashes with the rest of the answer" if candidate is None else f"{candidate} fits alone, but not here"
    )
    if candidate is not None and entry.reason == "uninstallable":
        subject = f"{candidate} cannot be installed"
    return f"{subject}: {len(facts)} facts clash, none can be left out", facts


def price_sentence(price: Mapping[str, Any]) -> str:
    """Return what it would cost to take a source from upstream, in one line."""
    if price["status"] not in ("proven", "not proven"):
        return {"impossible": "impossible without it"}.get(price["status"], "price of doing without it unknown")
    changes = [
        change(stage["objective"], stage["change"])
        for stage in price["stages"]
        if stage["change"] and stage["objective"] != "tie_break"
    ]
    words = ", ".join(changes) or "nothing"
    return f"without it: {words}" + ("" if price["status"] == "proven" else " (not proven)")


def _said(part: CorePart) -> str:
    named = listed(part.providers, _NAMED)
    match part.kind:
        case "feature":
            return f"feature {part.text} is required" + ("" if part.providers else f", and {_nobody(part)} it")
        case "forbidden":
            return f"{part.text} is forbidden"
        case "pin" | "lock":
            return f"{part.kind}: {part.text}"
        case "limit":
            least = "" if part.least is None else f"; the rest needs at least {_amount_of(part)}"
            return f"limit: {_limit(part.text)}{least}"
        case "requires":
            return f"{part.package} requires {part.text}, which " + (
                f"only {named} can give" if named else _nobody(part)
            )
        case "same_name":
            return f"only one of {listed(part.providers, _NAMED)} can be installed: they share the name {part.text}"
    verb = _VERBS.get(part.kind, part.kind)
    return f"{part.package} {verb} {part.text}" + (f" ({named})" if named and named != part.text else "")


def _nobody(part: CorePart) -> str:
    return "nothing upstream provides" if part.withheld else "nothing provides"


def _amount_of(part: CorePart) -> str:
    return amount(part.text.partition(" ")[0], part.least or 0)


def _plain(part: CorePart) -> str:
    return core_sentence(part).replace("  [", " [")


def _limit(text: str) -> str:
    """`installed_size <= 83886080` with its unit and in words."""
    kind, _, bounds = text.partition(" ")

    def spelt(match: re.Match[str]) -> str:
        return f"{'at least' if match[1] == '>=' else 'at most'} {amount(kind, int(match[2]))}"

    return f"{title(kind)} {_BOUND.sub(spelt, bounds)}"


def _asked(evidence: Mapping[str, Any]) -> str:
    asked = evidence["asked"]
    texts = [asked] if isinstance(asked, str) else list(asked)
    words, asker = listed(texts, _NAMED), evidence["asked_by"]
    return words if asker in [f"feature {text}" for text in texts] else f"{words} (for {asker})"


def _excess(limit: Mapping[str, Any]) -> str:
    kind = limit["limit"]
    if "over" not in limit:
        return f"the limit on {limit.get('group') or title(kind)} cannot be kept"
    least = "" if limit["exact"] else "at least "
    return (
        f"{title(kind)} is {least}{amount(kind, limit['least'])}, "
        f"{amount(kind, limit['over'])} over the limit of {amount(kind, limit['maximum'])}"
    )


def _objective(evidence: Mapping[str, Any]) -> str:
    kind = evidence["objective"]
    if kind == "tie_break":
        return "upstream would do as well; the tie-break alone chose it"
    least = "" if evidence["exact"] else " (not proven)"
    without, value = amount(kind, evidence["without"]), amount(kind, evidence["value"])
    return f"without it {title(kind)} is {without} instead of {value}{least}"


def _core(reason: str, evidence: Mapping[str, Any]) -> str:
    parts = _parts(evidence, "core")
    candidate = evidence.get("candidate")
    asked = [part.text for part in parts if part.kind == "feature"]
    said = "; ".join(_said(part) for part in parts if part.kind != "feature")
    if candidate is None:
        return said or "it clashes with the rest of the answer"
    if reason == "uninstallable":
        return said if said.startswith(candidate) else f"{candidate} cannot be installed: {said}"
    wanted = f", which feature {listed(asked, _NAMED)} needs" if asked else ""
    return (said if said.startswith(candidate) else f"{candidate} fits alone, but: {said}") + wanted


def _parts(evidence: Mapping[str, Any], key: str) -> tuple[CorePart, ...]:
    return msgspec.convert(evidence[key], tuple[CorePart, ...])


def core_sentences(parts: Iterable[CorePart]) -> list[str]:
    """Return a minimal core as sentences, in its order."""
    return [core_sentence(part) for part in parts]
