"""`pkgset verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import FILE, mirror_option, quiet_option, workers_option
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.pipeline import Settings, World
    from optimizer.universe.instance import Instance


@click.command()
@click.argument("result", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="RESULT")
@click.option("--problem", type=FILE, help="The problem file that the result answers.")
@click.option("--instance", type=FILE, help="Or its Instance; libsolv then has no repositories to judge by.")
@click.option("--strict", is_flag=True, help="Derive every file anew, from inputs read again, and compare the bytes.")
@workers_option
@mirror_option
@quiet_option
def verify(
    result: Path,
    problem: Path | None,
    instance: Path | None,
    strict: bool,
    workers: int,
    mirror: Path | None,
    quiet: bool,
) -> int:
    """Judge a written result again.

    RESULT is a directory that `pkgset solve` wrote, results/<problem name>, or results/<family name>. The problem, or
    each image's, is closed over its repositories once more; then every rule is checked in plain Python, libsolv is
    asked to install exactly the manifest, and stage values, totals and the divergence list's sources are derived
    anew. That nothing better exists is not proven again. Exit code 4, with the evidence, if anything does not hold.

    With --strict all of it is done again: every file of the problem and every repository is read, past the cache, and
    held to the digest in run.json; the problem is closed, solved to the proof, judged and explained; and the files
    must be the same, byte for byte. Left out are what the machine and the hour put into run.json: timings, versions
    and where repositories were read. Without --problem the question is problem.instance beside the result, and
    repositories are not asked. Exit code 4 names what was changed, or where each file first differs; 3 if the result
    was not proven.
    """
    from optimizer.answer.stored import read_stored
    from optimizer.cli.output import say
    from optimizer.cli.rejudge import changed_inputs, rejudge

    if (problem is None) == (instance is None) and not (strict and problem is None):
        raise click.UsageError("give the question as well: either --problem or --instance")
    if strict:
        return _verify_strictly(result, problem, instance, _settings(mirror, quiet, workers))
    if (result / "family.json").exists():
        return _verify_family(result, problem, mirror, quiet)
    written = read_stored(result)
    question, world = _question(problem, instance, mirror, quiet)
    for repository in changed_inputs(written, question):
        tell(f"warning: repository {repository} is not what it was when the result was made")
    faults = rejudge(written, question, world)
    if faults:
        for fault in faults:
            tell(f"{result}: {fault}")
        return 4
    judges = "verify and libsolv" if world is not None else "verify, libsolv not asked"
    say(f"{result}: holds; accepted by {judges}", newline=True)
    return 0


def _verify_family(result: Path, file: Path | None, mirror: Path | None, quiet: bool) -> int:
    from optimizer.cli.output import say
    from optimizer.cli.rejudge_family import rejudge_family
    from optimizer.problem.family import load_family

    if file is None:
        raise click.UsageError("a family is judged by its file: --problem")
    faults = rejudge_family(result, load_family(file), _settings(mirror, quiet))
    for fault in faults:
        tell(f"{result}: {fault}")
    if not faults:
        say(f"{result}: holds; every image accepted by verify and libsolv, and the family by verify", newline=True)
    return 4 if faults else 0


def _verify_strictly(result: Path, problem: Path | None, instance: Path | None, settings: Settings) -> int:
    from optimizer.answer.stored import stored_instance
    from optimizer.cli.output import say
    from optimizer.cli.rederive import rederive, rederive_family, rederive_from_instance
    from optimizer.problem.family import load_family
    from optimizer.problem.load import load_problem
    from optimizer.universe.snapshot import read_instance

    asked = "every input read again"
    if (result / "family.json").exists():
        if problem is None:
            raise click.UsageError("a family is judged by its file: --problem")
        faults = rederive_family(result, load_family(problem), settings)
    elif problem is not None:
        faults = rederive(result, load_problem(problem), settings)
    else:
        asked = "repositories not asked"
        question = stored_instance(result) if instance is None else read_instance(instance)
        faults = rederive_from_instance(result, question, settings)
    for fault in faults:
        tell(f"{result}: {fault}")
    if not faults:
        say(f"{result}: the same, byte for byte, derived anew; {asked}", newline=True)
    return 4 if faults else 0


def _settings(mirror: Path | None, quiet: bool, workers: int = 1) -> Settings:
    from optimizer.cli.terminal import terminal
    from optimizer.pipeline import Settings
    from optimizer.repository.cache import Cache

    progress = terminal(quiet=quiet)
    return Settings(mirror=mirror, cache=Cache(progress=progress), progress=progress, workers=workers)


def _question(
    problem: Path | None, instance: Path | None, mirror: Path | None, quiet: bool
) -> tuple[Instance, World | None]:
    from optimizer.pipeline import close_problem
    from optimizer.problem.load import load_problem
    from optimizer.universe.snapshot import read_instance

    if instance is not None:
        return read_instance(instance), None
    assert problem is not None
    world = close_problem(load_problem(problem), _settings(mirror, quiet))
    return world.closed.instance, world
