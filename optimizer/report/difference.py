"""Two package sets compared, as text for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from optimizer.answer.allowance import Verdict
from optimizer.answer.difference import Amount, Row, SourceRow
from optimizer.explain.comparison import Comparison
from optimizer.explain.growth import FEATURE, Cause, Step
from optimizer.report.objective import SIZES, title
from optimizer.report.quantity import counted, listed, mebibytes
from optimizer.report.wrapping import wrapped

_CAUSES = 10
_CULPRITS = 3
_NAMED = 6
_DIVERGING = ("downstream", "stub")
_LEAST = "at least "
_STATES = {"new feature": " (new)", "added": " (new)", "changed": " (changed)"}
_MARKS = {"kept": "kept", "broken": "BROKEN", "unknown": "UNKNOWN"}


def difference_text(compared: Comparison) -> str:
    """Return a comparison as text; lines end in a line feed, sizes are MiB."""
    difference = compared.difference
    blocks = [[f"{difference.before} -> {difference.after}" + (": nothing differs" if difference.same else "")]]
    blocks.append(_amounts(difference.amounts))
    blocks += [_section(word, rows, compared) for word, rows in sections(compared)]
    blocks.append(_sources(difference.sources))
    blocks += [_causes(compared.causes), list(budget_lines(compared))]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def sections(compared: Comparison) -> list[tuple[str, tuple[Row, ...]]]:
    """Return what to tell of packages, in the order of telling."""
    difference = compared.difference
    return [("added", difference.added), ("removed", difference.removed), ("changed", difference.changed)]


def amount_cells(amount: Amount) -> list[str]:
    """Return a quantity, what it is before and after, and its change."""
    name = "downstream sources" if amount.quantity == "divergence" else title(amount.quantity)
    sides = [
        _value(amount.quantity, amount.before, amount.unknown_before),
        _value(amount.quantity, amount.after, amount.unknown_after),
    ]
    if amount.change is not None:
        return [name, *sides, signed_amount(amount.quantity, amount.change)]
    bounds = [
        f"{word} {signed_amount(amount.quantity, bound)}"
        for word, bound in (("at least", amount.least), ("at most", amount.most))
        if bound is not None
    ]
    return [name, *sides, " and ".join(bounds) or "unknown"]


def signed_amount(quantity: str, value: int) -> str:
    """Return a change with its sign, `same` for none."""
    if not value:
        return "same"
    return f"{'+' if value > 0 else '-'}{mebibytes(abs(value)) if quantity in SIZES else f'{abs(value):,}'}"


def row_size(row: Row) -> str:
    """Return what a row adds, with its sign, or that nobody knows."""
    if row.bytes is None:
        return "size unknown"
    return "0 B" if not row.bytes and None in (row.before, row.after) else signed_amount("installed_size", row.bytes)


def row_versions(row: Row) -> str:
    """Return a row's version, or both with what became of it: `1-1 -> 2-1`."""
    versions = [held.evr or "" for held in (row.before, row.after) if held is not None]
    if len(versions) == 1 or row.version in ("same", None):
        return versions[-1]
    return f"{versions[0]} -> {versions[1]}" + (" (older)" if row.version == "older" else "")


def row_moves(row: Row) -> Iterator[str]:
    """Yield what else is another one: `repository base -> updates`."""
    for name in row.moved:
        if name != "size" and row.before is not None and row.after is not None:
            yield f"{name} {getattr(row.before, name)} -> {getattr(row.after, name)}"


def row_name(row: Row) -> str:
    """Return a row's package with its architecture, where that is told."""
    held = row.after if row.after is not None else row.before
    return row.name if held is None or held.arch is None else f"{row.name}.{held.arch}"


def total_of(rows: Iterable[Row]) -> str:
    """Return how many packages rows are and what they add."""
    rows = list(rows)
    known = sum(row.bytes or 0 for row in rows)
    unknown = sum(row.bytes is None for row in rows)
    words = signed_amount("installed_size", known) if known or not unknown else ""
    told = [words] * bool(words) + [f"{unknown:,} of unknown size"] * bool(unknown)
    return f"{counted(len(rows), 'package')}, {', '.join(told)}"


def told_causes(causes: tuple[Cause, ...]) -> bool:
    """Return whether causes say more than which packages came: somebody tells who asks for what."""
    return any(len(cause.chain) > 1 or cause.packages != (cause.chain[0].name,) for cause in causes)


def chain_words(chain: tuple[Step, ...]) -> str:
    """Return a chain from a feature down, each step with what became of it."""
    return " -> ".join(_step(step) for step in chain)


def cause_size(cause: Cause) -> str:
    """Return what a cause adds."""
    if not cause.unknown:
        return signed_amount("installed_size", cause.bytes)
    return f"{signed_amount('installed_size', cause.bytes)} and unknown" if cause.bytes else "size unknown"


def source_lists(rows: tuple[SourceRow, ...]) -> list[tuple[str, list[str]]]:
    """Return the sources that came, went and changed, each in words."""
    return [
        ("added", [f"{row.name} {row.after}".rstrip() for row in rows if row.before is None]),
        ("removed", [f"{row.name} {row.before}".rstrip() for row in rows if row.after is None]),
        (
            "changed",
            [f"{row.name} {row.before} -> {row.after}" for row in rows if None not in (row.before, row.after)],
        ),
    ]


def budget_lines(compared: Comparison) -> Iterator[str]:
    """Yield a line for each allowance, kept or not, and under one that is not, what to look at first."""
    for verdict in compared.budgets:
        yield f"budget {verdict.allowance}: {_MARKS[verdict.verdict]}: {verdict_words(verdict)}"
        if verdict.verdict != "kept":
            for culprit in culprits(verdict, compared):
                yield from wrapped(culprit, "  ", "      ")


def verdict_words(verdict: Verdict) -> str:
    """Return what there is, beside what was allowed where that matters."""
    quantity = "downstream sources" if verdict.quantity == "divergence" else title(verdict.quantity)

    def value(amount: int) -> str:
        growth = verdict.kind == "growth"
        return signed_amount(verdict.quantity, amount) if growth else _value(verdict.quantity, amount, 0)

    exact = verdict.least is not None and verdict.least == verdict.most
    bounds = [(_LEAST, verdict.least), ("" if exact else "at most ", None if exact else verdict.most)]
    told = [("" if exact else word) + value(bound) for word, bound in bounds if bound is not None]
    words = f"{quantity} {' and '.join(told) or 'not known'}"
    if verdict.verdict == "broken" and verdict.least is not None and verdict.allowed is not None:
        return f"{words}, {_value(verdict.quantity, verdict.least - verdict.allowed, 0)} more than allowed"
    return words if verdict.verdict == "kept" else f"{words}; what is not known may be more than allowed"


def culprits(verdict: Verdict, compared: Comparison) -> list[str]:
    """Return what adds most to a quantity, in words."""
    if verdict.quantity in ("sources", "divergence"):
        return _new_sources(compared, diverging=verdict.quantity == "divergence")
    if verdict.quantity == "download_size":
        rows = [*compared.difference.added, *compared.difference.changed]
        rows = [row for row in rows if row.download_bytes is not None and row.download_bytes > 0]
        rows.sort(key=lambda row: (-(row.download_bytes or 0), row.name))
        return [f"{signed_amount('download_size', row.download_bytes or 0)}  {row.name}" for row in rows[:_CULPRITS]]
    if verdict.quantity == "packages":
        added = {row.name for row in compared.difference.added}
        counts = [(len(added.intersection(cause.packages)), cause) for cause in compared.causes]
        counts.sort(key=lambda pair: (-pair[0], pair[1].chain[-1].name))
        return [f"+{count:,}  {chain_words(cause.chain)}" for count, cause in counts[:_CULPRITS] if count]
    return [f"{cause_size(cause)}  {chain_words(cause.chain)}" for cause in compared.causes[:_CULPRITS]]


def _new_sources(compared: Comparison, *, diverging: bool) -> list[str]:
    """Name the sources that came, or that are downstream's now, with the packages they came for."""
    rows = [*compared.difference.added, *compared.difference.changed]
    found: dict[str, list[str]] = {}
    for row in rows:
        assert row.after is not None
        was = row.before.origin if row.before is not None else None
        if row.after.source and (not diverging or (row.after.origin in _DIVERGING and was not in _DIVERGING)):
            found.setdefault(row.after.source, []).append(row.name)
    come = {row.name for row in compared.difference.sources or () if row.before is None}
    kept = sorted(name for name in found if diverging or name in come)
    lines = [f"{name}: {listed(found[name], _NAMED)}" for name in kept[:_CAUSES]]
    return [*lines, f"and {len(kept) - _CAUSES:,} more"] if len(kept) > _CAUSES else lines


def _amounts(amounts: tuple[Amount, ...]) -> list[str]:
    from tabulate import tabulate

    told = [amount for amount in amounts if (amount.before, amount.after) != (None, None)]
    rows = [amount_cells(amount) for amount in told]
    lines = tabulate(rows, headers=["", "before", "after", "change"], disable_numparse=True).splitlines()
    return [line.rstrip() for line in lines]


def _value(quantity: str, value: int | None, unknown: int) -> str:
    if value is None:
        return "unknown"
    return f"{_LEAST if unknown else ''}{mebibytes(value) if quantity in SIZES else f'{value:,}'}"


def _section(word: str, rows: tuple[Row, ...], compared: Comparison) -> list[str]:
    if not rows:
        return []
    width = max(len(row_size(row)) for row in rows)
    lines = [f"{word}: {total_of(rows)}"]
    for row in rows:
        facts = [f"{row_name(row)} {row_versions(row)}".rstrip(), *row_moves(row)]
        features = compared.features.get(row.name, ()) if row.before is None else ()
        facts += [f"for {listed(features, 2)}"] if features else []
        lines += wrapped(", ".join(facts), f"  {row_size(row):>{width}}  ", " " * (width + 6))
    return lines


def _sources(rows: tuple[SourceRow, ...] | None) -> list[str]:
    lines = []
    for word, named in source_lists(rows or ()):
        if named:
            lines += wrapped(f"sources {word}: {', '.join(named)}", "", "  ")
    return lines


def _causes(causes: tuple[Cause, ...]) -> list[str]:
    """Tell causes that explain more than the rows above do: who asks for it, and what comes along."""
    if not told_causes(causes):
        return []
    lines = ["why it grew, the most first:"]
    width = max(len(cause_size(cause)) for cause in causes[:_CAUSES])
    for cause in causes[:_CAUSES]:
        along = [name for name in cause.packages if name != cause.chain[-1].name]
        words = chain_words(cause.chain)
        words += f"; also for {listed(cause.also, 2)}" if cause.also else ""
        words += f"; brings {listed(along, _NAMED)}" if along else ""
        lines += wrapped(words, f"  {cause_size(cause):>{width}}  ", " " * (width + 6))
    left = causes[_CAUSES:]
    if left:
        lines.append(f"  and {counted(len(left), 'smaller cause')}")
    return lines


def _step(step: Step) -> str:
    name = f"feature {step.name.removeprefix(FEATURE)}" if step.name.startswith(FEATURE) else step.name
    return f"{name}{_STATES.get(step.state, '')}"
