"""A plain table for the report that each solve prints: importing tabulate takes longer than printing it."""

from __future__ import annotations

from collections.abc import Sequence

_GAP = "  "


def columns(rows: Sequence[Sequence[str]], headers: Sequence[str]) -> str:
    """Return rows of one line a cell under headers and a rule, flush left: tabulate's `simple` format.

    A column is two wider than its header at the least, and no line ends in blanks.
    """
    widths = [max(len(header) + 2, *map(len, cells)) for header, *cells in zip(headers, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(_line(cells, widths) for cells in (headers, rule, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
