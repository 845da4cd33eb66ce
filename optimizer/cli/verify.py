"""`pkgset verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import FILE, mirror_option, quiet_option

if TYPE_CHECKING:
    from optimizer.pipeline import World
    from optimizer.universe.instance import Instance


@click.command()
@click.argument("result", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="RESULT")
@click.option("--problem", type=FILE, help="The problem file that the result answers.")
@click.option("--instance", type=FILE, help="Or its Instance; libsolv then has no repositories to judge by.")
@mirror_option
@quiet_option
def verify(result: Path, problem: Path | None, instance: Path | None, mirror: Path | None, quiet: bool) -> int:
    """Judge a written result again.

    RESULT is a directory that `pkgset solve` wrote, results/<problem name>. The problem is closed over its
    repositories once more; then every rule is checked in plain Python, libsolv is asked to install exactly the
    manifest, and stage values, totals and the divergence list's sources are derived anew. That nothing better exists
    is not proven again. Exit code 4, with the evidence, if anything does not hold.
    """
    from optimizer.answer.stored import read_stored
    from optimizer.cli.output import say
    from optimizer.cli.rejudge import changed_inputs, rejudge

    if (problem is None) == (instance is None):
        raise click.UsageError("give the question as well: either --problem or --instance")
    written = read_stored(result)
    question, world = _question(problem, instance, mirror, quiet)
    for repository in changed_inputs(written, question):
        click.echo(f"warning: repository {repository} is not what it was when the result was made", err=True)
    faults = rejudge(written, question, world)
    if faults:
        for fault in faults:
            click.echo(f"{result}: {fault}", err=True)
        return 4
    judges = "verify and libsolv" if world is not None else "verify, libsolv not asked"
    say(f"{result}: holds; accepted by {judges}", newline=True)
    return 0


def _question(
    problem: Path | None, instance: Path | None, mirror: Path | None, quiet: bool
) -> tuple[Instance, World | None]:
    from optimizer.cli.terminal import terminal
    from optimizer.pipeline import Settings, close_problem
    from optimizer.problem.load import load_problem
    from optimizer.repository.cache import Cache
    from optimizer.universe.snapshot import read_instance

    if instance is not None:
        return read_instance(instance), None
    assert problem is not None
    progress = terminal(quiet=quiet)
    settings = Settings(mirror=mirror, cache=Cache(progress=progress), progress=progress)
    world = close_problem(load_problem(problem), settings)
    return world.closed.instance, world
