"""A frontier as a table for a terminal: what each step costs, what it buys, and which packages buy it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from optimizer.answer.frontier import FrontierPackage, FrontierRecord, PointRecord
from optimizer.report.objective import SIZES, amount, noun, title
from optimizer.report.quantity import counted, listed, mebibytes
from optimizer.report.wrapping import wrapped

_NAMED = 6
_MEBIBYTE = 1 << 20
_STATUS = {
    "proven": "every point there is, each proven",
    "part": "every point proven, but not every point there is",
    "not proven": "the time was up before every point was found and proven",
    "infeasible": "infeasible: no package set has all of this (`pkgset solve` says why)",
    "unknown": "no answer found before the limit or Ctrl-C, and none ruled out",
}


def frontier_text(record: FrontierRecord) -> str:
    """Return a frontier as text; lines end in a line feed, sizes are MiB, all else is counted."""
    first, second = record.objectives
    headline = f"{record.problem}: {title(first)} against {title(second)}: {_STATUS[record.status]}"
    blocks = [_lines(headline)]
    blocks += ["\n".join(lines) for lines in (_terms(record), _table(record), _notes(record)) if lines]
    return "\n\n".join(blocks) + "\n"


def step_price(record: FrontierRecord, point: PointRecord) -> str:
    """Return how much of the second objective a step buys for one of the first: `12.3 MiB each`, `0.2 per MiB`."""
    first, second = record.objectives
    if point.change is None or not point.change[first]:
        return ""
    paid = abs(point.change[first]) / (_MEBIBYTE if first in SIZES else 1)
    bought = abs(point.change[second]) / paid
    words = mebibytes(round(bought)) if second in SIZES else f"{bought:,.3g}"
    return f"{words} {'per MiB' if first in SIZES else 'each'}"


def _terms(record: FrontierRecord) -> list[str]:
    """Say what is counted, what ranks above both, and who chooses among equals."""
    lines = []
    for kind in record.objectives:
        if kind not in SIZES and record.points:
            units = "weight of downstream sources" if _weighted(record, kind) else noun(kind, 2)
            lines.append(f"{title(kind)}: {units}")
    if record.held:
        held = [
            f"{title(kind)} {amount(kind, value, weighted=_weighted(record, kind))}"
            for kind, value in record.held.items()
        ]
        lines.append(_lines(f"held at its best, as it ranks above both: {', '.join(held)}"))
    if record.then and record.points:
        lines.append(f"among equals: {listed([title(kind) for kind in record.then], len(record.then), 'then')}")
    return lines


def _table(record: FrontierRecord) -> list[str]:
    from tabulate import tabulate

    if not record.points:
        return []
    first, second = record.objectives
    rows = [
        [
            str(place + 1) + ("" if point.status == "proven" else " ?"),
            _value(record, first, point.values[first]),
            _value(record, second, point.values[second]),
            *(_change(kind, point.change[kind]) if point.change else "" for kind in record.objectives),
            step_price(record, point) + (" *" if place == record.steepest else ""),
        ]
        for place, point in enumerate(record.points)
    ]
    headers = ["", title(first), title(second), "costs", "buys", "which is"]
    align = ("left", *("right",) * 5)
    lines = tabulate(rows, headers=headers, disable_numparse=True, colalign=align).splitlines()
    told = [line.rstrip() for line in lines[:2]]
    before = None
    for line, point in zip(lines[2:], record.points, strict=True):
        told += [line.rstrip(), *(_swapped(record, before, point) if before else ())]
        before = point
    return told


def _swapped(record: FrontierRecord, before: PointRecord, point: PointRecord) -> Iterator[str]:
    """Say which packages come, go or change their version with a step, the largest first."""
    gained = {_slot(record.packages[place]): record.packages[place] for place in point.gained}
    lost = {_slot(record.packages[place]): record.packages[place] for place in point.lost}
    twice = {name for name, _ in gained} & {name for name, _ in lost}
    both = sorted(
        (slot for slot in gained if slot in lost), key=lambda slot: (-abs(_gap(lost[slot], gained[slot])), slot)
    )
    for word, named in (
        ("downstream, more", sorted(set(point.maintained) - set(before.maintained))),
        ("downstream, less", sorted(set(before.maintained) - set(point.maintained))),
        ("in", [_sized(one, twice) for slot, one in _largest_first(gained) if slot not in lost]),
        ("out", [_sized(one, twice) for slot, one in _largest_first(lost) if slot not in gained]),
        ("instead", [_instead(lost[slot], gained[slot]) for slot in both]),
    ):
        if named:
            yield from wrapped(f"{word}: {listed(named, _NAMED)}", "      ", "        ")


def _slot(package: FrontierPackage) -> tuple[str, str]:
    return package.name, package.nevra.rpartition(".")[2]


def _largest_first(
    packages: dict[tuple[str, str], FrontierPackage],
) -> list[tuple[tuple[str, str], FrontierPackage]]:
    return sorted(packages.items(), key=lambda item: (-(item[1].installed_size or 0), item[0]))


def _sized(package: FrontierPackage, twice: set[str]) -> str:
    return f"{package.nevra if package.name in twice else package.name} ({_size(package)})"


def _size(package: FrontierPackage) -> str:
    return "size unknown" if package.installed_size is None else mebibytes(package.installed_size)


def _gap(before: FrontierPackage, after: FrontierPackage) -> int:
    return (after.installed_size or 0) - (before.installed_size or 0)


def _instead(before: FrontierPackage, after: FrontierPackage) -> str:
    """Name both versions, or both repositories where they are what differs, and the bytes between them."""
    one, other = _evr(before), _evr(after)
    if one == other:
        one, other = f"{one} of {before.repository}", f"of {after.repository}"
    known = before.installed_size is not None and after.installed_size is not None
    gap = _gap(before, after)
    size = "size unknown" if not known else _change("installed_size", gap) if gap else "same size"
    return f"{after.name} {one} -> {other} ({size})"


def _evr(package: FrontierPackage) -> str:
    return package.nevra.removeprefix(f"{package.name}-").rpartition(".")[0]


def _notes(record: FrontierRecord) -> list[str]:
    lines = []
    first, second = record.objectives
    if record.steepest is not None:
        lines.append(f"* the step that buys most {title(second)} for its {title(first)}")
    if any(point.status != "proven" for point in record.points):
        lines.append("? not proven: the best answer known when the time was up")
    for gap in record.gaps:
        lower, upper = sorted((gap.after[first], gap.before[first]))
        between = f"{_value(record, first, lower)} and {_value(record, first, upper)}"
        lines.append(f"not looked for: points with {title(first)} between {between}")
    if record.status == "part":
        lines.append("--most gives more of them")
    unknown = max((point.totals.unknown_sizes.installed for point in record.points), default=0)
    if unknown and "installed_size" in record.objectives:
        whose = counted(unknown, "package")
        lines.append(f"nobody knows the installed size of {whose} of a point; unknown_size says what they count")
    return lines


def _value(record: FrontierRecord, kind: str, value: int) -> str:
    """Return a value with as many decimals as tell the points apart."""
    if kind not in SIZES:
        return f"{value:,}"
    steps = [abs(one.values[kind] - other.values[kind]) for one, other in pairwise(record.points)]
    decimals = 1 if min(steps, default=_MEBIBYTE) >= _MEBIBYTE // 10 else 3
    return f"{value / _MEBIBYTE:,.{decimals}f} MiB"


def _change(kind: str, value: int) -> str:
    return f"{'+' if value >= 0 else '-'}{mebibytes(abs(value)) if kind in SIZES else f'{abs(value):,}'}"


def _weighted(record: FrontierRecord, kind: str) -> bool:
    return record.weighted and kind == "divergence"


def _lines(text: str) -> str:
    return "\n".join(wrapped(text, "", "  "))
