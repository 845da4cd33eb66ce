"""Two package sets compared, as GitHub's Markdown for a pull request: a table, and lists that unfold.

Names and versions come from anybody's metadata, so each stands in a code span: no markup, no mention, no link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from optimizer.answer.allowance import Verdict
from optimizer.answer.difference import Row
from optimizer.explain.comparison import Comparison
from optimizer.explain.growth import Cause
from optimizer.report.difference import (
    amount_cells,
    cause_size,
    chain_words,
    culprits,
    row_moves,
    row_name,
    row_size,
    row_versions,
    sections,
    source_lists,
    told_causes,
    total_of,
    verdict_words,
)
from optimizer.report.quantity import counted

_CAUSES = 10
_NAMED = 6
_MARKS = {"kept": "✅ kept", "broken": "❌ broken", "unknown": "❓ unknown"}


def difference_markdown(compared: Comparison) -> str:
    """Return a comparison as Markdown; the same comparison gives the same bytes."""
    difference = compared.difference
    blocks = [[f"### Packages: {code(difference.before)} → {code(difference.after)}"]]
    if difference.same:
        blocks.append(["Nothing differs."])
    cells = (amount_cells(one) for one in difference.amounts if (one.before, one.after) != (None, None))
    blocks.append(_table(("", "before", "after", "change"), cells))
    blocks.append(_budgets(compared))
    blocks.append(_causes(compared.causes))
    for word, rows in sections(compared):
        blocks.append(_rows(word, rows, compared))
    blocks += [_folded(f"sources {word}: {len(named)}", [", ".join(map(code, named))])
               for word, named in source_lists(difference.sources or ()) if named]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def code(text: str) -> str:
    """Return text as a code span that nothing in it can end; control characters and line ends become spaces."""
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    padding = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{padding}{plain}{padding}{fence}" if plain else ""


def _cell(text: str) -> str:
    """A bar ends a cell even inside a code span, unless it is escaped (GFM, section 4.10).

    Whether a backslash before it escapes the escape, parsers do not agree on: a space keeps the two apart.
    """
    return re.sub(r"\\(?=\|)", r"\\ ", text).replace("|", r"\|")


def _table(headers: tuple[str, ...], rows: Iterator[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    return [*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)]


def _rows(word: str, rows: tuple[Row, ...], compared: Comparison) -> list[str]:
    if not rows:
        return []

    def cells(row: Row) -> list[str]:
        features = compared.features.get(row.name, ()) if row.before is None else ()
        told = [code(move) for move in row_moves(row)] + [f"for {_names(features)}"] * bool(features)
        return [code(row_name(row)), code(row_versions(row)), row_size(row), ", ".join(told)]

    return _folded(f"{word}: {total_of(rows)}", _table(("package", "version", "size", ""), map(cells, rows)))


def _folded(summary: str, lines: list[str]) -> list[str]:
    return ["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>"]


def _budgets(compared: Comparison) -> list[str]:
    if not compared.budgets:
        return []
    rows = (
        [code(one.allowance), _MARKS[one.verdict], verdict_words(one), "<br>".join(map(code, _blamed(one, compared)))]
        for one in compared.budgets
    )
    return _table(("budget", "", "", "look at"), rows)


def _blamed(verdict: Verdict, compared: Comparison) -> list[str]:
    return [] if verdict.verdict == "kept" else culprits(verdict, compared)


def _causes(causes: tuple[Cause, ...]) -> list[str]:
    if not told_causes(causes):
        return []

    def cells(cause: Cause) -> list[str]:
        along = [name for name in cause.packages if name != cause.chain[-1].name]
        told = code(chain_words(cause.chain)) + (f", also for {_names(cause.also)}" if cause.also else "")
        return [cause_size(cause), told, _names(along, _NAMED)]

    lines = ["**Why it grew**", "", *_table(("size", "asked for by", "brings along"), map(cells, causes[:_CAUSES]))]
    left = len(causes) - _CAUSES
    return [*lines, "", f"and {counted(left, 'smaller cause')}"] if left > 0 else lines


def _names(names: tuple[str, ...] | list[str], most: int = 2) -> str:
    shown = ", ".join(map(code, names[:most]))
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
