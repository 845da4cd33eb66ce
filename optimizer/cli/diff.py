"""`pkgset diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import json_option, mirror_option, quiet_option, time_limit_option, workers_option
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.answer.allowance import Allowance
    from optimizer.explain.comparison import Comparison
    from optimizer.pipeline import Settings

_SIDE = click.Path(path_type=Path, allow_dash=True, exists=True)


@click.command()
@click.argument("before", type=_SIDE, metavar="A")
@click.argument("after", type=_SIDE, metavar="B")
@click.option(
    "--budget",
    "budgets",
    multiple=True,
    metavar="ALLOWANCE",
    help="Exit code 3 unless kept: installed_size=+5MiB, packages=+2%, installed_size<=200MiB. May repeat.",
)
@click.option("--exit-code", "tell", is_flag=True, help="Exit code 1 if they differ, as git diff does.")
@click.option("--markdown", is_flag=True, help="For a pull request: tables, and lists that unfold.")
@json_option
@time_limit_option
@workers_option
@mirror_option
@quiet_option
def diff(
    before: Path,
    after: Path,
    budgets: tuple[str, ...],
    tell: bool,
    markdown: bool,
    as_json: bool,
    time_limit: float | None,
    workers: int,
    mirror: Path | None,
    quiet: bool,
) -> int:
    """Compare two package sets: what came, what went, what changed, and why it grew.

    A and B are each a directory that `pkgset solve` wrote, a manifest.json, a problem file or an Instance (solved
    first), or another tool's list: `rpm -qa`, with or without a --queryformat, rpm-ostree's lockfile, Photon's
    packages_*.json, plain names; - is standard input. What a list does not say is not taken to differ.

    A budget is on packages, installed_size, download_size, sources or divergence (downstream sources, each counted
    once). One that is broken, or that unknown sizes leave open, ends in exit code 3. Otherwise 0, whether or not they
    differ, but for --exit-code.
    """
    from optimizer.cli.side import read_side
    from optimizer.explain.comparison import compare

    if as_json and markdown:
        raise click.UsageError("--json and --markdown both want stdout")
    if before == after == Path("-"):
        raise click.UsageError("only one of A and B can be standard input")
    allowances = _allowances(budgets)
    settings = _settings(mirror, time_limit, workers, quiet)
    compared = compare(read_side(before, settings), read_side(after, settings), allowances)
    _put_out(compared, markdown=markdown, as_json=as_json)
    if not compared.within_budget:
        return 3
    return int(tell and not compared.difference.same)


def _put_out(compared: Comparison, *, markdown: bool, as_json: bool) -> None:
    from optimizer.cli.output import say, say_json
    from optimizer.report.difference import budget_lines, difference_text
    from optimizer.report.difference_markdown import difference_markdown

    if as_json:
        say_json(compared)
    else:
        say(difference_markdown(compared) if markdown else difference_text(compared))
    if as_json or markdown:
        for line in () if compared.within_budget else budget_lines(compared):
            tell(line)


def _allowances(texts: tuple[str, ...]) -> list[Allowance]:
    from optimizer.answer.allowance import AllowanceSyntaxError, parse_allowance

    try:
        return [parse_allowance(text) for text in texts]
    except AllowanceSyntaxError as error:
        raise click.BadParameter(str(error), param_hint="--budget") from error


def _settings(mirror: Path | None, time_limit_s: float | None, workers: int, quiet: bool) -> Settings:
    from optimizer.cli.terminal import terminal
    from optimizer.pipeline import Settings
    from optimizer.repository.cache import Cache

    progress = terminal(quiet=quiet)
    return Settings(
        mirror=mirror, cache=Cache(progress=progress), progress=progress, time_limit_s=time_limit_s, workers=workers
    )
