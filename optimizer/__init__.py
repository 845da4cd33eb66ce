"""pkgset: the minimal-OS package-set optimiser.

`import optimizer` costs nothing: each name below is imported from its own module when it is first asked for
(PEP 562). They are the functions and types that the commands use; docs/python.md tells what each does.
"""

from __future__ import annotations

from importlib import import_module

from optimizer.version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:  # the process that reads a repository imports this too, and `typing` takes it milliseconds
    import typing

    from optimizer.answer.allowance import Allowance, parse_allowance
    from optimizer.answer.core import CorePart
    from optimizer.answer.divergence import Entry
    from optimizer.answer.family import FamilyRecord, read_family
    from optimizer.answer.frontier import FrontierRecord, record_frontier
    from optimizer.answer.manifest import Manifest, ManifestPackage
    from optimizer.answer.result import DivergenceList, Result, RunRecord
    from optimizer.answer.side import Side, side_of_listing, side_of_manifest
    from optimizer.answer.stored import StoredResult, read_stored, solution_of
    from optimizer.answer.verify import Violation, verify
    from optimizer.explain.alternatives import Alternatives, alternatives
    from optimizer.explain.answered import Answered, NoAnswerError, UnprovenAnswerError
    from optimizer.explain.change import Change
    from optimizer.explain.change_words import ChangeSyntaxError, read_change
    from optimizer.explain.changed_instance import OutsideClosureError
    from optimizer.explain.comparison import Comparison, compare
    from optimizer.explain.levers import Levers, best_edges, best_pairs, release
    from optimizer.explain.price import Prices, price
    from optimizer.explain.relax import Relaxed, relax
    from optimizer.explain.subject import Subject, UnknownSubjectError, find_packages, find_subject
    from optimizer.explain.what_if import WhatIf
    from optimizer.explain.why import NotInAnswerError, Why, why
    from optimizer.explain.why_not import InAnswerError, WhyNot, why_not
    from optimizer.export.exported import Exported, export_answer
    from optimizer.export.family import write_family
    from optimizer.export.format import Loss
    from optimizer.export.formats import FORMATS, load_format
    from optimizer.export.loss import losses
    from optimizer.export.results import write_results
    from optimizer.family import FamilyResult, solve_family
    from optimizer.imports.installed import read_listing
    from optimizer.imports.source import read_source
    from optimizer.inquiry import RejectedError, open_answer, open_instance, open_subject, suppose
    from optimizer.model.budget import Budget
    from optimizer.model.frontier import Frontier, FrontierPoint, frontier
    from optimizer.model.question import Question
    from optimizer.model.solution import Solution, SolveStatus, Stage
    from optimizer.model.solve import Engine
    from optimizer.pipeline import Settings, check_file, solve_file, solve_problem
    from optimizer.problem.error import ProblemError
    from optimizer.problem.family import Family, load_family
    from optimizer.problem.load import load_problem
    from optimizer.problem.problem import ObjectiveKind, Problem
    from optimizer.problem.supposition import UnknownSuppositionError
    from optimizer.report.family import family_text
    from optimizer.report.page import render_page
    from optimizer.report.page_section import Reported
    from optimizer.report.text import result_text
    from optimizer.universe.instance import Instance, Package
    from optimizer.universe.snapshot import read_instance

__version__ = VERSION

__all__ = [
    "FORMATS",
    "Allowance",
    "Alternatives",
    "Answered",
    "Budget",
    "Change",
    "ChangeSyntaxError",
    "Comparison",
    "CorePart",
    "DivergenceList",
    "Engine",
    "Entry",
    "Exported",
    "Family",
    "FamilyRecord",
    "FamilyResult",
    "Frontier",
    "FrontierPoint",
    "FrontierRecord",
    "InAnswerError",
    "Instance",
    "Levers",
    "Loss",
    "Manifest",
    "ManifestPackage",
    "NoAnswerError",
    "NotInAnswerError",
    "ObjectiveKind",
    "OutsideClosureError",
    "Package",
    "Prices",
    "Problem",
    "ProblemError",
    "Question",
    "RejectedError",
    "Relaxed",
    "Reported",
    "Result",
    "RunRecord",
    "Settings",
    "Side",
    "Solution",
    "SolveStatus",
    "Stage",
    "StoredResult",
    "Subject",
    "UnknownSubjectError",
    "UnknownSuppositionError",
    "UnprovenAnswerError",
    "Violation",
    "WhatIf",
    "Why",
    "WhyNot",
    "__version__",
    "alternatives",
    "best_edges",
    "best_pairs",
    "check_file",
    "compare",
    "export_answer",
    "family_text",
    "find_packages",
    "find_subject",
    "frontier",
    "load_family",
    "load_format",
    "load_problem",
    "losses",
    "open_answer",
    "open_instance",
    "open_subject",
    "parse_allowance",
    "price",
    "read_change",
    "read_family",
    "read_instance",
    "read_listing",
    "read_source",
    "read_stored",
    "record_frontier",
    "relax",
    "release",
    "render_page",
    "result_text",
    "side_of_listing",
    "side_of_manifest",
    "solution_of",
    "solve_family",
    "solve_file",
    "solve_problem",
    "suppose",
    "verify",
    "why",
    "why_not",
    "write_family",
    "write_results",
]

#: Module to the names that it is asked for.
_HOMES: dict[str, tuple[str, ...]] = {
    "optimizer.answer.allowance": (
        "Allowance",
        "parse_allowance",
    ),
    "optimizer.answer.core": ("CorePart",),
    "optimizer.answer.divergence": ("Entry",),
    "optimizer.answer.family": (
        "FamilyRecord",
        "read_family",
    ),
    "optimizer.answer.frontier": (
        "FrontierRecord",
        "record_frontier",
    ),
    "optimizer.answer.manifest": (
        "Manifest",
        "ManifestPackage",
    ),
    "optimizer.answer.result": (
        "DivergenceList",
        "Result",
        "RunRecord",
    ),
    "optimizer.answer.side": (
        "Side",
        "side_of_listing",
        "side_of_manifest",
    ),
    "optimizer.answer.stored": (
        "StoredResult",
        "read_stored",
        "solution_of",
    ),
    "optimizer.answer.verify": (
        "Violation",
        "verify",
    ),
    "optimizer.explain.alternatives": (
        "Alternatives",
        "alternatives",
    ),
    "optimizer.explain.answered": (
        "Answered",
        "NoAnswerError",
        "UnprovenAnswerError",
    ),
    "optimizer.explain.change": ("Change",),
    "optimizer.explain.change_words": (
        "ChangeSyntaxError",
        "read_change",
    ),
    "optimizer.explain.changed_instance": ("OutsideClosureError",),
    "optimizer.explain.comparison": (
        "Comparison",
        "compare",
    ),
    "optimizer.explain.levers": (
        "Levers",
        "best_edges",
        "best_pairs",
        "release",
    ),
    "optimizer.explain.price": (
        "Prices",
        "price",
    ),
    "optimizer.explain.relax": ("Relaxed", "relax"),
    "optimizer.explain.subject": (
        "Subject",
        "UnknownSubjectError",
        "find_packages",
        "find_subject",
    ),
    "optimizer.explain.what_if": ("WhatIf",),
    "optimizer.explain.why": (
        "NotInAnswerError",
        "Why",
        "why",
    ),
    "optimizer.explain.why_not": (
        "InAnswerError",
        "WhyNot",
        "why_not",
    ),
    "optimizer.export.exported": (
        "Exported",
        "export_answer",
    ),
    "optimizer.export.family": ("write_family",),
    "optimizer.export.format": ("Loss",),
    "optimizer.export.formats": (
        "FORMATS",
        "load_format",
    ),
    "optimizer.export.loss": ("losses",),
    "optimizer.export.results": ("write_results",),
    "optimizer.family": (
        "FamilyResult",
        "solve_family",
    ),
    "optimizer.imports.installed": ("read_listing",),
    "optimizer.imports.source": ("read_source",),
    "optimizer.inquiry": (
        "RejectedError",
        "open_answer",
        "open_instance",
        "open_subject",
        "suppose",
    ),
    "optimizer.model.frontier": (
        "Frontier",
        "FrontierPoint",
        "frontier",
    ),
    "optimizer.model.question": ("Question",),
    "optimizer.model.solution": (
        "Solution",
        "SolveStatus",
        "Stage",
    ),
    "optimizer.model.solve": ("Engine",),
    "optimizer.model.budget": ("Budget",),
    "optimizer.pipeline": (
        "Settings",
        "check_file",
        "solve_file",
        "solve_problem",
    ),
    "optimizer.problem.error": ("ProblemError",),
    "optimizer.problem.family": (
        "Family",
        "load_family",
    ),
    "optimizer.problem.load": ("load_problem",),
    "optimizer.problem.problem": (
        "ObjectiveKind",
        "Problem",
    ),
    "optimizer.problem.supposition": ("UnknownSuppositionError",),
    "optimizer.report.family": ("family_text",),
    "optimizer.report.page": ("render_page",),
    "optimizer.report.page_section": ("Reported",),
    "optimizer.report.text": ("result_text",),
    "optimizer.universe.instance": (
        "Instance",
        "Package",
    ),
    "optimizer.universe.snapshot": ("read_instance",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> typing.Any:
    """Return a name of `__all__`, imported from its module now."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
