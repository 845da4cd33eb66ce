"""`pkgset solve`."""

from __future__ import annotations

from collections.abc import Iterator
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

if TYPE_CHECKING:
    from optimizer.cli.task import Outcome


@click.command()
@click.argument("problems", nargs=-1, required=True, type=FILE, metavar="PROBLEM...")
@output_option
@write_option
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Solve so many problems at a time."
)
@click.option("--table", "as_table", is_flag=True, help="Print a line for each problem instead of reports.")
@csv_option
@parquet_option
@scheduler_option
@time_limit_option
@workers_option
@json_option
@mirror_option
@quiet_option
def solve(
    problems: tuple[Path, ...],
    output: Path,
    write: bool,
    jobs: int,
    as_table: bool,
    csv_file: Path | None,
    parquet: Path | None,
    scheduler: str | None,
    time_limit: float | None,
    workers: int,
    as_json: bool,
    mirror: Path | None,
    quiet: bool,
) -> int:
    """Solve problems: their manifests and divergence lists.

    PROBLEM is a problem file, an Instance that `pkgset snapshot` wrote (*.instance), or a family file: images that
    are solved together, with family.json beside their results. Writes manifest.json, divergence.json and run.json
    for each, and a report on stdout. A problem that fails does not stop the others.
    Ctrl-C, SIGTERM or SIGHUP ends the search: the best answer so far is written, marked as not proven, exit code 3;
    problems not begun are left, exit code 130.
    """
    from optimizer.cli.batch import run_batch
    from optimizer.cli.failure import worst
    from optimizer.cli.output import say, say_json
    from optimizer.cli.task import Task

    if as_json and csv_file == Path("-"):
        raise click.UsageError("--json and --csv - both want stdout")
    tasks = [Task(file, output if write else None, mirror, time_limit, workers) for file in problems]
    outcomes = run_batch(tasks, jobs=jobs, quiet=quiet, scheduler=scheduler)
    if len(tasks) > 1:
        from optimizer.cli.pace import watched

        outcomes = watched(outcomes, len(tasks), "problem", quiet=quiet)
    in_full = not (as_json or as_table or csv_file == Path("-"))
    documents: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    codes: list[int] = []
    for outcome in _told(outcomes) if in_full else outcomes:
        if outcome.failure is not None:
            outcome.failure.tell()
        if as_json:
            documents.append(outcome.document)
        rows.append(_row(outcome))
        codes.append(outcome.exit_code)
    if as_json:
        say_json(documents)
    elif as_table and csv_file != Path("-"):
        from optimizer.report.sweep import problems_text

        say(problems_text(rows))
    if csv_file is not None or parquet is not None:
        from optimizer.cli.table import write_tables

        write_tables(rows, csv_file, parquet)
    return worst(codes)


def _told(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Print each outcome's report as it comes, an empty line between two."""
    from optimizer.cli.output import say

    before = ""
    for outcome in outcomes:
        if outcome.text:
            say(before + outcome.text)
            before = "\n"
        yield outcome


def _row(outcome: Outcome) -> dict[str, Any]:
    """Return what a table says of a problem; of a family and of what has no answer it has no measures."""
    document = outcome.document
    totals = (document.get("manifest") or {}).get("totals", {})
    entries = (document.get("divergence") or {}).get("entries")
    stages = document.get("run", {}).get("stages", ())
    return {
        "name": document["problem"] or document["file"],
        "set": {},
        "status": document["status"],
        **{key: totals.get(key) for key in ("packages", "sources", "installed_size", "download_size")},
        "divergence": None if entries is None else len(entries),
        "stages": {stage["objective"]: stage["value"] for stage in stages if stage["objective"] != "tie_break"},
    }
