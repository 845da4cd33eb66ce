"""What a change would do to an answer, in words for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer.explain.difference import Amount, Difference, Member, Replacement, StageChange
from optimizer.explain.what_if import Ground, WhatIf
from optimizer.report.objective import amount, change_alone, title
from optimizer.report.quantity import counted, mebibytes
from optimizer.report.reason import core_sentences
from optimizer.report.wrapping import wrapped

_STATUS = {
    "proven": "proven optimal",
    "not proven": "feasible, not proven optimal: the limit or Ctrl-C came first",
    "infeasible": "infeasible: no package set would have all of this",
}
_GROUND = {
    Ground.REPOSITORIES: "the repositories were asked again",
    Ground.INSTANCE: "told by the Instance alone",
}


def what_if_text(found: WhatIf, *, whole: bool = False) -> str:
    """Return a changed answer beside the one there is; `whole` lists every package, not only the largest."""
    words = f"{found.problem} with {' '.join(map(_quoted, found.changes)) or 'no change'}: {_STATUS[found.status]}"
    blocks = ["\n".join(_wrapped(f"{words}; {_GROUND[found.ground]}"))]
    if found.idle:
        words = f"without effect, as nothing the problem can lead to meets it: {', '.join(found.idle)}"
        blocks.append("\n".join(_wrapped(words)))
    if found.core:
        lines = ["these cannot all hold, and none of them can be left out of the clash:"]
        for sentence in core_sentences(found.core):
            lines += _wrapped(sentence, "  - ", "    ")
        blocks.append("\n".join(lines))
    if found.status != "infeasible":
        blocks.append(difference_table(found.difference, weighted=found.weighted))
        blocks += difference_lists(found.difference, whole=whole)
    return "\n\n".join(blocks) + "\n"


def difference_table(found: Difference, *, weighted: bool = False) -> str:
    """Return every stage, and what else an answer adds up to, before and after."""
    from tabulate import tabulate

    staged = {stage.objective for stage in found.stages}
    rows = [_stage_row(stage, found, weighted=weighted) for stage in found.stages]
    sums = {
        "installed_size": found.installed_size,
        "download_size": found.download_size,
        "packages": found.packages,
    }
    rows += [_sum_row(kind, held) for kind, held in sums.items() if kind not in staged]
    return tabulate(rows, headers=["", "now", "then", "change"], disable_numparse=True)


def difference_lists(found: Difference, *, whole: bool = False) -> Iterator[str]:
    """Yield the sources, features and packages that come and go, each as a block."""
    sources = (("to maintain as well", found.maintained), ("no longer to maintain", found.spared))
    features = (("optional features gained", found.features_gained), ("lost", found.features_lost))
    for heading, names in (*sources, *features):
        if names:
            plain = ", ".join(name.removeprefix("stub:") for name in names)
            yield "\n".join(_wrapped(f"{heading}: {plain}"))
    for heading, members in (("added", found.added), ("removed", found.removed)):
        if members:
            known = sum(member.installed_size or 0 for member in members)
            lines = [f"{heading}: {counted(len(members), 'package')}, {mebibytes(known)} installed"]
            yield "\n".join((*lines, *_members(members, whole=whole)))
    if found.replaced:
        pairs = counted(len(found.replaced), "package")
        yield "\n".join((f"another version or origin: {pairs}", *map(_replacement, found.replaced)))
    if found.packages.change is not None and not (found.added or found.removed or found.replaced):
        yield "the packages stay as they are"


_SHOWN = 20


def _members(members: Sequence[Member], *, whole: bool) -> Iterator[str]:
    """List packages, those that weigh most first."""
    ranked = sorted(members, key=lambda member: (-(member.installed_size or 0), member.nevra, member.repository))
    shown = ranked if whole else ranked[:_SHOWN]
    width = max(len(_label(member)) for member in shown)
    for member in shown:
        size = "size unknown" if member.installed_size is None else mebibytes(member.installed_size)
        yield f"  {_label(member):{width}}  {size:>10}  {_from(member)}"
    if len(shown) < len(ranked):
        yield f"  and {len(ranked) - len(shown):,} smaller ones (--all lists them)"


def _label(member: Member) -> str:
    return member.nevra.removeprefix("stub:")


def _from(member: Member) -> str:
    return "still to be packaged" if member.origin == "stub" else member.repository


def _replacement(pair: Replacement) -> str:
    before, after = pair.before, pair.after
    if before.nevra != after.nevra:
        return f"  {before.nevra} -> {after.nevra} ({_from(after)})"
    return f"  {before.nevra}: {_from(before)} -> {_from(after)}"


def _stage_row(stage: StageChange, found: Difference, *, weighted: bool) -> list[str]:
    unknown = getattr(found, stage.objective, None) if stage.objective.endswith("_size") else None
    gaps = (unknown.unknown_before, unknown.unknown_after) if isinstance(unknown, Amount) else (0, 0)

    def spelt(value: int | None, gap: int) -> str:
        if value is None:
            return "no answer"
        return ("at least " if gap else "") + amount(stage.objective, value, weighted=weighted)

    mark = "" if stage.status == "optimal" else " (not proven)"
    changed = "" if stage.change is None else _changed(stage.objective, stage.change)
    return [title(stage.objective), spelt(stage.before, gaps[0]), spelt(stage.after, gaps[1]), changed + mark]


def _sum_row(kind: str, held: Amount) -> list[str]:
    def spelt(value: int | None, gap: int) -> str:
        return "no answer" if value is None else ("at least " if gap else "") + amount(kind, value)

    changed = "" if held.change is None else _changed(kind, held.change)
    return [title(kind), spelt(held.before, held.unknown_before), spelt(held.after, held.unknown_after), changed]


def _changed(objective: str, value: int) -> str:
    """Return a change without the words that the row begins with."""
    return change_alone(objective, value) if value else "same"


def _quoted(words: str) -> str:
    option, _, text = words.partition(" ")
    return f"{option} {text!r}" if " " in text or "(" in text else words


def _wrapped(text: str, first: str = "", later: str = "  ") -> list[str]:
    return wrapped(text, first, later)
