"""`pkgset demo`: the main job on two small distributions that come with the program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import output_option, quiet_option, write_option

if TYPE_CHECKING:
    from optimizer.answer.result import Result
    from optimizer.pipeline import Settings


@click.command()
@click.option(
    "--problem", "name", default="demo", show_default=True, metavar="NAME", help="Which of the demo's problems."
)
@output_option
@write_option
@quiet_option
def demo(name: str, output: Path, write: bool, quiet: bool) -> int:
    """Solve a problem that comes with pkgset.

    Harbour is an upstream distribution, skiff a minimal system whose team packages everything from scratch. How much
    of it could come from harbour as it is, and at what size? Needs no files and no network.
    """
    from optimizer.cli.output import say
    from optimizer.cli.terminal import terminal
    from optimizer.export.results import write_results
    from optimizer.pipeline import Settings, solve_file
    from optimizer.report.text import result_text
    from optimizer.repository.cache import Cache

    file = _problem_file(name)
    progress = terminal(quiet=quiet)
    settings = Settings(cache=Cache(progress=progress), progress=progress)
    result = solve_file(file, settings)
    text = result_text(result)
    shipped = _shipped(file, settings)
    if result.manifest is not None and shipped is not None:
        text += f"\n{_comparison(result, *shipped)}\n"
    if write:
        text += f"written: {write_results(result, output)}\n"
    say(text)
    return result.exit_code


def demo_directory() -> Path:
    """Return where the demo's files are: inside an installed wheel, or in `problems/demo` of a checkout."""
    from importlib.resources import files

    package = Path(str(files("optimizer")))
    installed = package / "demo"
    return installed if installed.is_dir() else package.parent / "problems" / "demo"


def _problem_file(name: str) -> Path:
    from optimizer.problem.nearest import nearest

    directory = demo_directory()
    known = {path.stem for path in directory.glob("*.yaml")} - {"equivalents"}
    if name not in known:
        near = nearest(name, known) or sorted(known)
        raise click.UsageError(f"the demo has no problem {name!r}; did you mean {', '.join(near)}?")
    return directory / f"{name}.yaml"


def _shipped(file: Path, settings: Settings) -> tuple[str, int] | None:
    """Return the downstream repository's id and how many sources its team maintains, None without one."""
    from optimizer.pipeline import open_repositories
    from optimizer.problem.load import load_problem
    from optimizer.problem.problem import Origin
    from optimizer.universe.load import load_world
    from optimizer.universe.resolve import count_sources

    problem = load_problem(file)
    downstream = [source.id for source in problem.repositories if source.origin is Origin.DOWNSTREAM]
    repositories = open_repositories(problem, settings)
    loaded = load_world(problem, repositories, settings.cache, settings.progress, filelists=False)
    sources = count_sources(loaded.world, Origin.DOWNSTREAM)
    return (" and ".join(downstream), sources) if sources else None


def _comparison(result: Result, name: str, sources: int) -> str:
    from optimizer.report.quantity import counted

    assert result.manifest is not None
    kept = {package.source for package in result.manifest.packages if package.origin == "downstream"}
    stubs = {package.source for package in result.manifest.packages if package.origin == "stub"}
    words = f"{name} packages {counted(sources, 'source')} today; this answer keeps {len(kept):,}"
    return words + (f" and needs {len(stubs):,} that nobody has packaged" if stubs else "")
