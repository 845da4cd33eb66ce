"""One result as a section of a page: every text, size, link and tile decided; templates only lay out."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.answer.frontier import FrontierRecord
from optimizer.answer.manifest import Manifest
from optimizer.answer.result import RunRecord
from optimizer.answer.stored import StoredResult
from optimizer.explain.alternatives import Alternatives
from optimizer.model.solution import Solution
from optimizer.report.frontier_chart import Chart, draw_frontier
from optimizer.report.page_choices import ChoiceRow, choice_rows
from optimizer.report.page_members import name_members
from optimizer.report.page_rows import DivergenceRow, PackageRow, divergence_rows, package_rows
from optimizer.report.page_size import SizeView, view_sizes
from optimizer.report.reason import core_sentences
from optimizer.report.summary import (
    Share,
    SizeRow,
    divergence_headline,
    reuse_shares,
    size_notes,
    size_rows,
    stage_rows,
    status_words,
)
from optimizer.universe.instance import Instance


@dataclass(frozen=True, slots=True)
class Reported:
    """A result to be reported on under a label; `stored` and `solution` are None where it has no answer.

    `choices` are None where nobody asked for them.
    """

    label: str
    record: RunRecord
    instance: Instance
    stored: StoredResult | None = None
    solution: Solution | None = None
    frontiers: tuple[FrontierRecord, ...] = ()
    choices: Alternatives | None = None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What a section shows of a result that has an answer; `choices` only where they were asked for."""

    manifest: Manifest
    stages: list[list[str]]
    totals: list[SizeRow]
    notes: list[str]
    shares: list[Share]
    sizes: SizeView
    headline: str
    divergence: list[DivergenceRow]
    packages: list[PackageRow]
    choices: list[ChoiceRow] | None


@dataclass(frozen=True, slots=True)
class Section:
    """One result on a page; `prefix` begins the ids of its elements, `core` says why there is no answer."""

    label: str
    anchor: str
    prefix: str
    status: str
    record: RunRecord
    answer: AnswerView | None
    core: list[str]
    charts: tuple[Chart, ...] = ()


def view_result(reported: Reported, anchor: str, prefix: str) -> Section:
    """Return what a page shows of a result, whose own id is `anchor`; the ids of its parts begin with `prefix`."""
    record = reported.record
    return Section(
        label=reported.label,
        anchor=anchor,
        prefix=prefix,
        status=status_words(record),
        record=record,
        answer=_answer(reported, reported.stored, reported.solution, prefix),
        core=core_sentences(record.infeasible),
        charts=tuple(chart for chart in map(draw_frontier, reported.frontiers) if chart is not None),
    )


def _answer(
    reported: Reported, stored: StoredResult | None, solution: Solution | None, prefix: str
) -> AnswerView | None:
    if stored is None or solution is None:
        return None
    members = name_members(stored, reported.instance, solution, prefix)
    manifest, entries = stored.manifest, stored.divergence.entries
    return AnswerView(
        manifest=manifest,
        stages=stage_rows(reported.record, reported.instance, manifest),
        totals=size_rows(reported.record, manifest),
        notes=size_notes(reported.record, manifest),
        shares=reuse_shares(manifest),
        sizes=view_sizes(members),
        headline=divergence_headline(entries),
        divergence=divergence_rows(entries, members),
        packages=package_rows(members),
        choices=None if reported.choices is None else choice_rows(reported.choices, members),
    )
