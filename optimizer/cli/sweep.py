"""`pkgset sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.options import (
    FILE,
    csv_option,
    json_option,
    mirror_option,
    output_option,
    parquet_option,
    quiet_option,
    scheduler_option,
    time_limit_option,
    workers_option,
    write_option,
)
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.batch.variation import Variation
    from optimizer.cli.task import Outcome, Task


@click.command()
@click.argument("problem", type=FILE, metavar="PROBLEM")
@click.option(
    "--set",
    "settings",
    multiple=True,
    required=True,
    metavar="KEY=VALUES",
    help="Values of a key, as limits.installed_size=200MiB..800MiB/50MiB or policy.downstream=shipped,rebuilt.",
)
@output_option
@write_option
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Solve so many problems at a time."
)
@csv_option
@parquet_option
@scheduler_option
@time_limit_option
@workers_option
@json_option
@mirror_option
@quiet_option
def sweep(
    problem: Path,
    settings: tuple[str, ...],
    output: Path,
    write: bool,
    jobs: int,
    csv_file: Path | None,
    parquet: Path | None,
    scheduler: str | None,
    time_limit: float | None,
    workers: int,
    as_json: bool,
    mirror: Path | None,
    quiet: bool,
) -> int:
    """Solve a problem with every combination of values that some of its keys take.

    KEY is a key path of the problem file. VALUES are what could stand there, commas between them, or a range
    FIRST..LAST/STEP of sizes or integers. Each run has a name of its own, problem+key-value, and its files go to
    DIR/NAME/. Proven answers are kept in the cache: stopped by Ctrl-C or a kill, the same command goes on from there,
    and repeated it solves nothing. A run that fails does not stop the others.
    """
    from optimizer.batch.variation import points
    from optimizer.cli.batch import run_tasks
    from optimizer.cli.failure import worst
    from optimizer.cli.output import say, say_json
    from optimizer.cli.pace import watched
    from optimizer.cli.table import write_tables
    from optimizer.cli.task import Task
    from optimizer.report.sweep import sweep_text

    if as_json and csv_file == Path("-"):
        raise click.UsageError("--json and --csv - both want stdout")
    name, variations = _read(problem, settings)
    tasks = [
        Task(problem, output if write else None, mirror, time_limit, workers, point)
        for point in points(name, variations)
    ]
    rows: list[dict[str, Any]] = []
    codes: list[int] = []
    outcomes = run_tasks(tasks, jobs, quiet=True, scheduler=scheduler)
    for task, outcome in zip(tasks, watched(outcomes, len(tasks), "run", quiet=quiet), strict=True):
        rows.append(_row(task, outcome))
        codes.append(outcome.exit_code)
    _tell_warnings(rows)
    known = sum(row.pop("known") for row in rows)
    if known and not quiet:
        tell(f"{known} of {len(rows)} runs were known already")
    if as_json:
        say_json({"format": 1, "runs": rows})
    elif csv_file != Path("-"):
        say(sweep_text(rows))
    write_tables(rows, csv_file, parquet)
    return worst(codes)


def _read(problem: Path, settings: Sequence[str]) -> tuple[str, list[Variation]]:
    """Return the problem's name and what is varied; the problem itself must be sound but for what is set."""
    from optimizer.batch.variation import read_variation
    from optimizer.problem.extend import read_extended

    document = read_extended(problem)
    named = document.value.get("name") if isinstance(document.value, dict) else None
    return str(named or problem.stem), [read_variation(text, document) for text in settings]


def _row(task: Task, outcome: Outcome) -> dict[str, Any]:
    from optimizer.batch.row import MEASURES
    from optimizer.batch.variation import shown
    from optimizer.problem.document import spell_path

    assert task.point is not None
    empty: dict[str, Any] = {**dict.fromkeys(MEASURES), "stages": {}, "known": False}
    held = {key: outcome.document.get(key, value) for key, value in empty.items()}
    return {
        "name": task.point.name,
        "set": {spell_path(path): shown(value) for path, value in task.point.values},
        "status": outcome.document["status"],
        "exit_code": outcome.exit_code,
        **held,
        "errors": [] if outcome.failure is None else list(outcome.failure.lines),
        "warnings": list(outcome.warnings),
    }


def _tell_warnings(rows: Sequence[dict[str, Any]]) -> None:
    """Tell each warning once, and each failure with the runs' names: a thousand runs often share one cause."""
    from optimizer.cli.terminal import tell_warning
    from optimizer.report.quantity import listed

    for warning in dict.fromkeys(warning for row in rows for warning in row["warnings"]):
        tell_warning(warning)
    causes: dict[str, list[str]] = {}
    for row in rows:
        for line in row["errors"]:
            causes.setdefault(line, []).append(row["name"])
    for line, names in causes.items():
        tell(f"{line}  [{listed(names, 3)}]")
