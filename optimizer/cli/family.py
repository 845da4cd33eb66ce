"""One family of a batch: its images solved together, written and put into words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.cli.failure import Failure, attempt, worst
from optimizer.cli.task import Outcome, Task

if TYPE_CHECKING:
    from optimizer.family import FamilyResult
    from optimizer.pipeline import Settings
    from optimizer.problem.family import Family


def solve_family_task(task: Task, settings: Settings, warnings: list[str]) -> Outcome:
    """Return the outcome of a family file; raises what `solve_family` raises."""
    from optimizer.family import solve_family
    from optimizer.problem.family import load_family

    family = load_family(task.file)
    return finish_family(task, family, solve_family(family, settings), warnings)


def finish_family(task: Task, family: Family, result: FamilyResult, warnings: list[str]) -> Outcome:
    """Return the outcome of a family that has a result, which is written first."""
    from optimizer.report.family import family_text

    names = [problem.name for problem in family.images]
    written = attempt(lambda: _write(task, result, names))
    text = family_text(result.record, result.images, result.rejected)
    if isinstance(written, Failure):
        failure, code = written.of(task.file), worst((result.exit_code, written.exit_code))
        document = _document(task, result, None, warnings) | {"exit_code": code, "errors": list(failure.lines)}
        return Outcome(code, text, document, failure, tuple(warnings))
    if written is not None:
        text += f"\nwritten: {written}\n"
    return Outcome(result.exit_code, text, _document(task, result, written, warnings), warnings=tuple(warnings))


def _write(task: Task, result: FamilyResult, names: list[str]) -> Path | None:
    from optimizer.export.family import write_family

    if task.directory is None:
        return None
    return write_family(result.record, result.images, names, task.directory)


def _document(task: Task, result: FamilyResult, written: Path | None, warnings: list[str]) -> dict[str, Any]:
    import msgspec

    return {
        "file": str(task.file),
        "problem": result.record.family,
        "status": result.record.status,
        "exit_code": result.exit_code,
        "directory": None if written is None else str(written),
        "errors": list(result.rejected),
        "warnings": list(warnings),
        "family": msgspec.to_builtins(result.record),
        "images": [
            {
                "problem": image.instance.problem,
                "status": image.record.status,
                "run": msgspec.to_builtins(image.record),
                "manifest": msgspec.to_builtins(image.manifest),
                "divergence": msgspec.to_builtins(image.divergence),
            }
            for image in result.images
        ],
    }
