"""Several results side by side: one row a figure, and what only one of them has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.report.page_section import AnswerView, Section
from optimizer.report.quantity import counted, percent

_NO_ANSWER, _NO_STAGE = "no answer", "not an objective"


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One figure of every result, in their order."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnPackages:
    """The package names that only one result has, with the ids of their rows."""

    heading: str
    packages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows of figures, and each result's own packages."""

    rows: tuple[ComparisonRow, ...]
    own: tuple[OwnPackages, ...]


def compare(sections: Sequence[Section]) -> Comparison:
    """Return sections side by side; a result without an answer has no figures."""
    own = _own(sections)
    rows = [ComparisonRow("status", tuple(section.record.status for section in sections))]
    rows += [_figures(sections, name, index) for index, name in enumerate(_totals(sections))]
    for index, kind in enumerate(("source", "package", "byte")):
        cells = tuple(_share(section.answer, index) for section in sections)
        rows.append(ComparisonRow(f"from upstream, by {kind}", cells))
    rows += [
        ComparisonRow(f"stage: {name}", tuple(_stage(section.answer, name) for section in sections))
        for name in _stages(sections)
    ]
    rows.append(ComparisonRow("packages in no other result", tuple(f"{len(one.packages):,}" for one in own)))
    return Comparison(tuple(rows), own)


def _totals(sections: Sequence[Section]) -> list[str]:
    answered = next((section.answer for section in sections if section.answer), None)
    return [row.name for row in answered.totals] if answered else []


def _figures(sections: Sequence[Section], name: str, index: int) -> ComparisonRow:
    return ComparisonRow(name, tuple(s.answer.totals[index].ours if s.answer else _NO_ANSWER for s in sections))


def _share(answer: AnswerView | None, index: int) -> str:
    if answer is None:
        return _NO_ANSWER
    if index >= len(answer.shares):
        return "nothing to reuse"
    share = answer.shares[index]
    return f"{percent(share.share)}: {share.words}" + (", of sizes known" if share.of_known_sizes else "")


def _stages(sections: Sequence[Section]) -> list[str]:
    return list(dict.fromkeys(row[0] for section in sections if section.answer for row in section.answer.stages))


def _stage(answer: AnswerView | None, name: str) -> str:
    if answer is None:
        return _NO_ANSWER
    return next((row[1] for row in answer.stages if row[0] == name), _NO_STAGE)


def _own(sections: Sequence[Section]) -> tuple[OwnPackages, ...]:
    named = [{row.name for row in section.answer.packages} if section.answer else set() for section in sections]
    seen = Counter(name for names in named for name in names)
    own = []
    for section in sections:
        rows = section.answer.packages if section.answer else []
        packages = tuple((row.name, row.anchor) for row in rows if seen[row.name] == 1)
        own.append(OwnPackages(f"{counted(len(packages), 'package')} only in {section.label}", packages))
    return tuple(own)
