"""What a problem's demands cost, in words for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer.explain.difference import Difference
from optimizer.explain.price import LimitPrice, Price, Prices, Together
from optimizer.report.objective import amount, change, change_alone, title
from optimizer.report.quantity import counted, listed
from optimizer.report.wrapping import wrapped

_SUMS = ("installed_size", "download_size", "packages")
_NAMED = 3
_WIDEST = 36


def price_text(found: Prices) -> str:
    """Return the prices of features, dearest first, then those of limits, pins and forbidden capabilities."""
    blocks = []
    held = [one for one in found.features if one.held]
    if held:
        heading = f"{found.problem}: what each feature costs, against the same problem without it"
        blocks.append(f"{heading}\n\n{_table(held, found.together)}")
        if found.together is not None and found.together.features > 1:
            words = (
                "shared: what two or more of them need alike, which goes only when all that need it go; "
                "prices of single features do not add up"
            )
            if any(value < 0 for value in found.together.shared.values()):
                words += "; below zero where they stand in each other's way"
            blocks.append("\n".join(_wrapped(words)))
    for one in found.features:
        if not one.held:
            blocks.append("\n".join(_wrapped(_offer(one))))
    blocks += ["\n".join(_limit(one)) for one in found.limits]
    blocks += ["\n".join(_wrapped(_rule(one))) for one in found.rules]
    unknown = max((one.cost.installed_size.unknown_after for one in held), default=0)
    if unknown:
        packages = counted(unknown, "package")
        words = f"nobody knows the installed size of {packages} of the answer, which count nothing here"
        blocks.append("\n".join(_wrapped(words)))
    return "\n\n".join(blocks or [f"{found.problem}: no feature, limit, pin or forbidden capability"]) + "\n"


def _table(prices: Sequence[Price], together: Together | None) -> str:
    from tabulate import tabulate

    columns = _columns(prices[0].cost)
    ranked = sorted(prices, key=lambda one: tuple(-(_change(one.cost, name) or 0) for name in columns))
    free = [one for one in ranked if one.status != "infeasible" and not any(_change(one.cost, c) for c in columns)]
    rows = [[_name(one), *_cells(one.cost, columns, one.status)] for one in ranked if one not in free]
    if free:
        rows.append([f"{counted(len(free), 'other' if rows else 'feature')} alone", *("0" for _ in columns)])
    if together is not None and together.features > 1:
        rows.append([""] * (len(columns) + 1))
        sums = [sum(_change(one.cost, name) or 0 for one in prices) for name in columns]
        whole = [_change(together.cost, name) for name in columns]
        rows.append(["sum of these", *(_plain(name, value) for name, value in zip(columns, sums, strict=True))])
        rows.append(["shared", *(_plain(name, together.shared.get(name)) for name in columns)])
        rows.append(["all of them", *_doubted([*map(_plain, columns, whole)], together.status)])
    aligned = ("left", *("right" for _ in columns))
    widths = [_WIDEST, *(None for _ in columns)]
    headers = ["", *map(title, columns)]
    table = tabulate(rows, headers=headers, disable_numparse=True, colalign=aligned, maxcolwidths=widths)
    named = [_name(one) for one in free]
    words = f"cost nothing alone, since others need the same or they are met anyway: {', '.join(named)}"
    return "\n".join((table, "", *_wrapped(words))) if free else table


def _columns(cost: Difference) -> list[str]:
    staged = [stage.objective for stage in cost.stages]
    return staged + [name for name in _SUMS if name not in staged]


def _change(cost: Difference, name: str) -> int | None:
    for stage in cost.stages:
        if stage.objective == name:
            return stage.change
    held: int | None = getattr(cost, name).change
    return held


def _cells(cost: Difference, columns: Sequence[str], status: str) -> list[str]:
    if status == "infeasible":
        return ["no answer without it", *("" for _ in columns[1:])]
    return _doubted([_plain(name, _change(cost, name)) for name in columns], status)


def _doubted(cells: list[str], status: str) -> list[str]:
    return [*cells[:-1], cells[-1] + _doubt(status)]


def _plain(name: str, value: int | None) -> str:
    """Return a change without the words that head its column."""
    if value is None:
        return ""
    return change_alone(name, value) if value else "0"


def _name(one: Price) -> str:
    return one.text if one.required else f"{one.text} (optional)"


def _offer(one: Price) -> str:
    if one.status == "infeasible":
        return f"{one.text}, optional, is not in the answer: no answer can have it"
    words = _changes(one.cost) or "the same in every stage"
    return f"{one.text}, optional, is not in the answer; the best answer with it: {words}{_doubt(one.status)}"


def _rule(one: Price) -> str:
    verb = "forbidding" if one.kind == "forbidden" else f"the {one.kind}"
    place = f" [{one.where}]" if one.where else ""
    if one.status == "infeasible":
        return f"{verb} {one.text}{place}: no answer without it"
    words = _changes(one.cost)
    return f"{verb} {one.text}{place} costs {words or 'nothing'}{_doubt(one.status)}"


def _limit(one: LimitPrice) -> Iterator[str]:
    kind = one.limit if one.group is None else "feature_group"
    name = title(one.limit) if one.group is None else f"features of group {one.group}"
    least = "at most" if one.side == "maximum" else "at least"
    place = f" [{one.where}]" if one.where else ""
    yield from _wrapped(f"limit: {name} {least} {amount(kind, one.bound)}{place}")
    if one.first_bound is None:
        yield f"  costs nothing: no other bound would give a better answer{_doubt(one.status)}"
        return
    if one.next is not None and one.next_bound is not None:
        bought = _changes(one.next) or "nothing"
        yield from _wrapped(f"a step on, {least} {amount(kind, one.next_bound)}: buys {bought}", "  ")
    if one.gain is not None:
        exact = "" if one.group is not None or not one.limit.endswith("_size") else f" ({one.first_bound:,} bytes)"
        words = f"the first bound that buys anything is {amount(kind, one.first_bound)}{exact}: "
        yield from _wrapped(words + _gain(one.gain) + _doubt(one.status), "  ")


def _gain(gain: Difference) -> str:
    names = [member.name for member in gain.added]
    comes = f", with {listed(names, _NAMED)}" if names else ""
    return (_changes(gain) or "nothing") + comes


def _changes(cost: Difference) -> str:
    """Return the stages that change, and the packages where these are no stage."""
    words = [change(stage.objective, stage.change) for stage in cost.stages if stage.change]
    staged = {stage.objective for stage in cost.stages}
    if "packages" not in staged and cost.packages.change:
        words.append(f"{'+' if cost.packages.change > 0 else '-'}{counted(abs(cost.packages.change), 'package')}")
    return ", ".join(words)


def _doubt(status: str) -> str:
    return "" if status != "not proven" else " (not proven)"


def _wrapped(text: str, first: str = "") -> list[str]:
    return wrapped(text, first, first + "  ")
