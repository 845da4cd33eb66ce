"""`pkgset solve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import (
    FILE,
    json_option,
    mirror_option,
    output_option,
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

    tasks = [Task(file, output if write else None, mirror, time_limit, workers) for file in problems]
    outcomes: list[Outcome] = []
    said = False
    for outcome in run_batch(tasks, jobs=jobs, quiet=quiet, scheduler=scheduler):
        if outcome.text and not as_json:
            say(("\n" if said else "") + outcome.text)
            said = True
        if outcome.failure is not None:
            outcome.failure.tell()
        outcomes.append(outcome)
    if as_json:
        say_json([outcome.document for outcome in outcomes])
    return worst(outcome.exit_code for outcome in outcomes)
