"""`pkgset suggest-equivalents`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import FILE, json_option, mirror_option, quiet_option
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.problem.problem import Problem
    from optimizer.repository.progress import Progress
    from optimizer.universe.suggest import Candidate, Suggestion

_WHY_LENGTH = 60


@click.command("suggest-equivalents")
@click.argument("problem", required=False, type=FILE)
@click.option("--upstream", multiple=True, metavar="REPOSITORY", help="Instead of a problem: a repository to reuse.")
@click.option("--downstream", multiple=True, metavar="REPOSITORY", help="Instead of a problem: one of one's own.")
@click.option("--arch", default="x86_64", show_default=True, help="With --upstream and --downstream.")
@json_option
@mirror_option
@quiet_option
def suggest_equivalents(
    problem: Path | None,
    upstream: tuple[str, ...],
    downstream: tuple[str, ...],
    arch: str,
    as_json: bool,
    mirror: Path | None,
    quiet: bool,
) -> int:
    """Propose rows for a table of equivalents.

    For each downstream name that upstream does not provide and that the problem's own table does not have: the
    upstream package that files, capabilities, home page, source, version and name speak for, if they leave no doubt.
    Prints a file of equivalents for a person to read, correct and accept: a comment has each row's score and the next
    candidates; names without a certain one follow as comments. REPOSITORY is a directory or URL, or below --mirror
    the name of a directory.
    """
    from optimizer.cli.output import say, say_json
    from optimizer.cli.terminal import terminal
    from optimizer.problem.load import load_problem

    if (problem is None) != bool(upstream and downstream) or (problem is not None and (upstream or downstream)):
        raise click.UsageError("name a PROBLEM, or --upstream and --downstream")
    asked = _two_sides(upstream, downstream, arch, mirror) if problem is None else load_problem(problem)
    progress = terminal(quiet=quiet)
    found = _suggest(asked, mirror, progress)
    if as_json:
        say_json(found)
    else:
        say("\n".join(_table(found)), newline=True)
    proposed = sum(one.proposed is not None for one in found)
    tell(f"{proposed} of {len(found)} downstream names that upstream lacks have a row proposed")
    return 0


def _two_sides(upstream: Iterable[str], downstream: Iterable[str], arch: str, mirror: Path | None) -> Problem:
    """Return a problem that asks for nothing, over repositories named on the command line."""
    from optimizer.problem.problem import Origin, Position, Problem, RepositorySource

    def source(name: str, origin: Origin) -> RepositorySource:
        held = mirror is not None and Path(name).name == name and (mirror / name).is_dir()
        if not held and "://" not in name and not Path(name).exists():
            place = "" if mirror is None else f", nor a directory of {mirror}"
            raise click.UsageError(f"{name} is neither a directory nor a URL{place}")
        where = name if held or "://" in name else str(Path(name).absolute())
        return RepositorySource(name, origin, (where,), Position("command line", 1, f"--{origin.value}"))

    sides = ((Origin.UPSTREAM, upstream), (Origin.DOWNSTREAM, downstream))
    repositories = tuple(source(name, origin) for origin, names in sides for name in names)
    return Problem("suggest-equivalents", arch, repositories, (), Path("suggest-equivalents.yaml"))


def _suggest(problem: Problem, mirror: Path | None, progress: Progress) -> tuple[Suggestion, ...]:
    from optimizer.repository.cache import Cache
    from optimizer.repository.repository import open_repository
    from optimizer.universe.load import Loaded, load_world
    from optimizer.universe.suggest import suggest_equivalents as suggest

    cache = Cache(progress=progress)
    opened = [
        open_repository(source, mirror=mirror, cache=cache, progress=progress) for source in problem.repositories
    ]

    def load(asked: Problem, filelists: bool) -> Loaded:
        return load_world(asked, opened, cache, progress, filelists=filelists)

    return suggest(problem, load)


def _table(found: Iterable[Suggestion]) -> Iterator[str]:
    """Yield the lines of a file of equivalents."""
    import yaml

    proposed = [(one, one.proposed) for one in found if one.proposed is not None]
    undecided = [one for one in found if one.proposed is None and one.others]
    yield "# Proposed by `pkgset suggest-equivalents`: read each row before you keep it."
    yield "format: 1"
    yield "equivalents:" if proposed else "equivalents: {}"
    for one, first in proposed:
        others = f"; else {_ranking(one.others)}" if one.others else ""
        yield f"  # score {first.score}{others}"
        row = {one.name: {"upstream": first.upstream, "why": _why(first)}}
        yield (
            "  "
            + yaml.safe_dump(row, default_flow_style=None, sort_keys=False, width=1000, allow_unicode=True).strip()
        )
    if undecided:
        yield "# Undecided, with the candidates and their scores:"
    for one in undecided:
        yield f"#   {one.name}: {_ranking(one.others)}"


def _why(candidate: Candidate) -> str:
    """Return the strongest evidence, and the next as long as the words stay few."""
    why, *more = candidate.evidence
    for words in more:
        if len(f"{why}; {words}") > _WHY_LENGTH:
            break
        why = f"{why}; {words}"
    return why


def _ranking(candidates: Iterable[Candidate]) -> str:
    return ", ".join(f"{candidate.upstream} ({candidate.score})" for candidate in candidates)
