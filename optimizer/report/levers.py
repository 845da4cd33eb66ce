"""Levers in words for a terminal of 100 columns: each cut, what it saves, and what leaves and comes with it."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.explain.difference import Difference, Member
from optimizer.explain.edge import Edge
from optimizer.explain.leverage import CutRow
from optimizer.explain.levers import Levers, Release
from optimizer.report.objective import amount, change, title
from optimizer.report.quantity import counted, listed, mebibytes
from optimizer.report.reason import core_sentence
from optimizer.report.wrapping import wrapped

_NAMED = 4
_SINGLE = 8  # so many edges are told one by one
_RANKING = (
    "none whose cut saves anything",
    "those whose cut saves most:",
    "the pairs that save most beyond what each of the two saves alone:",
)


def levers_text(found: Levers) -> str:
    """Return the best cuts of one edge, or of pairs, the most saving first."""
    today = amount(found.objective, found.today, weighted=found.weighted)
    least = "at least " if found.unknown_sizes and found.objective == "installed_size" else ""
    edges = counted(found.edges, "dependency edge") + (" of packages in the answer" if found.in_answer else "")
    words = f"{found.problem}: {title(found.objective)} is {least}{today} today; of {edges}, "
    lines = wrapped(words + _RANKING[max((len(row.edges) for row in found.rows), default=0)], "")
    for rank, row in enumerate(found.rows, start=1):
        lines += ["", *_row(found, rank, row)]
    if found.rows and found.whole:
        lines += ["", "no other cut saves anything"]
    elif found.rows:  # what comes next is sure to save something only where nothing ranks above
        lines += ["", "there may be more: --top N" if found.above else "there are more: --top N"]
    return "\n".join(lines) + "\n"


def release_text(found: Release) -> str:
    """Return what must be cut for a package to leave."""
    words = f"{found.problem}: {found.package}"
    if not found.chosen:
        return f"{words} is not in the answer\n"
    if found.impossible and found.held_by:
        lines = [f"{words} cannot leave, whatever edges are cut: the problem itself holds it"]
        for part in found.held_by:
            lines += wrapped(f"- {core_sentence(part)}", "  ", "    ")
        return "\n".join(lines) + "\n"
    if found.impossible:
        return (
            "\n".join(wrapped(f"{words} cannot leave without a worse objective, whatever edges are cut", "")) + "\n"
        )
    if found.row is None:
        return f"{words} can leave as it is: another answer without it is as good\n"
    count = counted(len(found.row.edges), "edge")
    lines = wrapped(f"{words} can leave, with no objective worse than today, where {count} are cut, and no fewer", "")
    lines = [line.replace("1 edge are", "1 edge is") for line in lines]
    lines += _edges(found.row.edges)
    saved = amount(found.objective, found.row.saved, weighted=found.weighted)
    return "\n".join([*lines, "", f"saves {saved}", *_moves(found.row.difference)]) + "\n"


def _row(found: Levers, rank: int, row: CutRow) -> Iterator[str]:
    saved = amount(found.objective, row.saved, weighted=found.weighted)
    beyond = ""
    if row.alone and any(row.alone):
        parts = [amount(found.objective, alone, weighted=found.weighted) for alone in row.alone]
        together = amount(found.objective, row.together, weighted=found.weighted)
        beyond = f", {together} of it only together (alone {' and '.join(parts)})"
    elif row.alone:
        beyond = ", nothing alone"
    yield f"{rank:>3}. saves {saved}{beyond}"
    for edge in row.edges:
        yield from _edge(edge)
    other = [stage for stage in row.difference.stages if stage.change and stage.objective != found.objective]
    if other:
        yield from wrapped("also " + ", ".join(change(one.objective, one.change or 0) for one in other), "       ")
    yield from _moves(row.difference)


def _edges(edges: tuple[Edge, ...]) -> Iterator[str]:
    """Yield edges, many of them by what is depended on: those that most packages have first."""
    groups: dict[object, list[Edge]] = {}
    for place, edge in enumerate(edges):
        groups.setdefault((edge.dependency, edge.kind) if len(edges) > _SINGLE else place, []).append(edge)
    for group in sorted(groups.values(), key=len, reverse=True):
        if len(group) == 1:
            yield from _edge(group[0])
            continue
        away = sum(not edge.in_answer for edge in group)
        outside = f"; {away} of them not in today's answer" if away else ""
        names = listed([edge.package for edge in group], _NAMED)
        words = f"{group[0].dependency}{_kind(group[0])}: {counted(len(group), 'package')}{outside}: {names}"
        yield from wrapped(words, "     ", "         ")


def _kind(edge: Edge) -> str:
    return "" if edge.kind == "requires" else f" ({edge.kind})"


def _edge(edge: Edge) -> Iterator[str]:
    away = "" if edge.in_answer else "; not in today's answer"
    spelt = "" if len(edge.texts) < 2 else f"  [{len(edge.texts)} spellings]"
    yield from wrapped(f"{edge.package}: {edge.dependency}{_kind(edge)}{spelt}{away}", "     ", "         ")


def _moves(difference: Difference) -> Iterator[str]:
    leaving = [*difference.removed, *(one.before for one in difference.replaced)]
    coming = [*difference.added, *(one.after for one in difference.replaced)]
    for word, members in (("leave", leaving), ("come", coming)):
        if members:
            largest = sorted(members, key=lambda one: (-(one.installed_size or 0), one.nevra))
            size = mebibytes(sum(one.installed_size or 0 for one in members))
            verb = word if len(members) > 1 else f"{word}s"
            names = listed([_member(one) for one in largest], _NAMED)
            yield from wrapped(f"{counted(len(members), 'package')} {verb} ({size}): {names}", "       ", "         ")
    if difference.spared:
        names = listed([name.removeprefix("stub:") for name in difference.spared], _NAMED)
        yield from wrapped(f"no longer to maintain: {names}", "       ", "         ")
    if difference.maintained:
        names = listed([name.removeprefix("stub:") for name in difference.maintained], _NAMED)
        yield from wrapped(f"to maintain as well: {names}", "       ", "         ")


def _member(member: Member) -> str:
    return member.name if member.installed_size is None else f"{member.name} {mebibytes(member.installed_size)}"
