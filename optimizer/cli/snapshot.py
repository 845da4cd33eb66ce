"""`pkgset snapshot`."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.options import FILE, mirror_option, quiet_option


@click.command()
@click.argument("problem", type=FILE)
@click.option(
    "-o", "--output", type=FILE, metavar="FILE", help="The file to write.  [default: <problem name>.instance]"
)
@mirror_option
@quiet_option
def snapshot(problem: Path, output: Path | None, mirror: Path | None, quiet: bool) -> int:
    """Freeze a problem, repositories and all, as an Instance.

    `pkgset solve` on that one file gives the same manifest and divergence list: for a bug report, or another
    machine.
    """
    from optimizer.cli.output import say
    from optimizer.cli.terminal import terminal
    from optimizer.export.writing import write_whole
    from optimizer.pipeline import Settings, close_problem
    from optimizer.problem.load import load_problem
    from optimizer.repository.cache import Cache
    from optimizer.universe.snapshot import SUFFIX, encode_instance

    if output is not None and output.suffix != SUFFIX:
        raise click.UsageError(
            f"an Instance's file name ends in {SUFFIX}, by which `pkgset solve` knows it: {output}"
        )
    loaded = load_problem(problem)
    progress = terminal(quiet=quiet)
    world = close_problem(loaded, Settings(mirror=mirror, cache=Cache(progress=progress), progress=progress))
    target = output or Path(f"{loaded.name}{SUFFIX}")
    write_whole(target, encode_instance(world.closed.instance))
    say(str(target), newline=True)
    return 0
