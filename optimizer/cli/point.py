"""One run of a sweep: read with its values in place, answered from what is kept or solved, written, kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.cli.failure import ENDED, Failure, attempt, worst
from optimizer.cli.task import Outcome, Task, failed

if TYPE_CHECKING:
    from optimizer.answer.result import Result
    from optimizer.batch.kept import Answer
    from optimizer.batch.variation import Point
    from optimizer.pipeline import Settings
    from optimizer.problem.problem import Problem


def load_point(file: Path, point: Point) -> Problem:
    """Return the problem of a file with a point's values and name; raises ProblemError."""
    from optimizer.problem.extend import read_extended
    from optimizer.problem.load import read_problem
    from optimizer.problem.setting import with_values

    document = with_values(read_extended(file), {("name",): point.name, **dict(point.values)})
    return read_problem(document, file.absolute())


def known_point(task: Task, problem: Problem, settings: Settings) -> Outcome | None:
    """Return the outcome of a run whose answer is kept, its files written; None where it is not."""
    from optimizer.batch.kept import answer_to, find_question, question_key

    answer = find_question(settings.cache, question_key(problem, settings))
    return None if answer is None else _outcome(task, problem.name, answer_to(answer, problem), known=True)


def solve_point(task: Task, problem: Problem, settings: Settings) -> Outcome:
    """Return the outcome of a run, its answer kept and its files written; raises what `close_problem` raises."""
    from optimizer.batch.kept import answer_key, answer_to, find_answer, keep_answer, question_key
    from optimizer.pipeline import close_problem, solve_world

    world = close_problem(problem, settings)
    key = answer_key(world.closed.instance, settings)
    answer = find_answer(settings.cache, key)
    if answer is None:
        return keep_point(task, problem, settings, solve_world(world, settings))
    keep_answer(settings.cache, question_key(problem, settings), key, answer)
    return _outcome(task, problem.name, answer_to(answer, problem), known=True)


def keep_point(task: Task, problem: Problem, settings: Settings, result: Result) -> Outcome:
    """Return the outcome of a run that has a result, its answer kept and its files written."""
    from optimizer.batch.kept import Answer, answer_key, keep_answer, question_key
    from optimizer.batch.row import result_row
    from optimizer.export.results import result_files

    answer = Answer(
        status=result.record.status,
        exit_code=result.exit_code,
        row=result_row(result),
        warnings=tuple(getattr(settings.progress, "warnings", ())),
        files=result_files(result),
    )
    keep_answer(settings.cache, question_key(problem, settings), answer_key(result.instance, settings), answer)
    return _outcome(task, problem.name, answer, known=False)


def _outcome(task: Task, name: str, answer: Answer, *, known: bool) -> Outcome:
    written = attempt(lambda: _write(task.directory, name, answer))
    document: dict[str, Any] = {"status": answer.status, **answer.row, "known": known}
    if isinstance(written, Failure):
        failure = written.of(task.file)
        if failure.exit_code in ENDED:  # what is kept costs nothing to write the next time
            return failed(task, failure, answer.warnings)
        return Outcome(worst((answer.exit_code, failure.exit_code)), "", document, failure, answer.warnings)
    return Outcome(answer.exit_code, "", document, warnings=answer.warnings)


def _write(directory: Path | None, name: str, answer: Answer) -> None:
    from optimizer.export.results import write_files

    if directory is not None:
        write_files(directory / name, answer.files)
