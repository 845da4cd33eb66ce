"""`pkgset explain RESULT what-if`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import FILE, json_option

if TYPE_CHECKING:
    from optimizer.cli.explain import Asked


@click.command("what-if")
@click.option(
    "--add", multiple=True, metavar="CAP", help="A further required feature, in RPM's syntax, or group: NAME."
)
@click.option("--drop", multiple=True, metavar="FEATURE", help="Leave out a feature, named as the problem names it.")
@click.option("--forbid", multiple=True, metavar="CAP", help="Nothing that provides this may be in.")
@click.option(
    "--limit", multiple=True, metavar="LIMIT=BOUND", help="As installed_size=200MiB; `none` lifts the limit."
)
@click.option("--pin", multiple=True, metavar="NAME=EVR", help="Only this version; `none` lifts the problem's pin.")
@click.option("--cut", multiple=True, metavar='"PKG: DEP"', help="Suppose PKG (* for all) did not ask for DEP.")
@click.option(
    "--stub",
    multiple=True,
    metavar="NAME:SIZE:REQUIRES",
    help="Suppose a package existed; REQUIRES are divided by commas. It counts as a source to maintain.",
)
@click.option("--problem", type=FILE, help="The problem that RESULT answers, to ask its repositories again.")
@click.option("--all", "whole", is_flag=True, help="List every package that comes or goes.")
@json_option
@click.pass_obj
def what_if(
    asked: Asked,
    add: tuple[str, ...],
    drop: tuple[str, ...],
    forbid: tuple[str, ...],
    limit: tuple[str, ...],
    pin: tuple[str, ...],
    cut: tuple[str, ...],
    stub: tuple[str, ...],
    problem: Path | None,
    whole: bool,
    as_json: bool,
) -> int:
    """What the answer would be if something were otherwise.

    All options can be given several times and together. Where RESULT is a problem file, or --problem names the one
    that it answers, the repositories are asked again. Otherwise the stored Instance must hold all that is asked;
    where it does not, exit code 2. Exit code 1, and the clash, if no package set would have all of this.
    """
    from optimizer.answer.result import EXIT_CODES
    from optimizer.cli.output import say, say_json
    from optimizer.explain.change_words import read_change
    from optimizer.inquiry import suppose

    if problem is not None and asked.path.is_file() and asked.path.suffix != ".instance":
        raise click.UsageError("RESULT is a problem file already: leave --problem out")
    change = read_change(add=add, drop=drop, forbid=forbid, limit=limit, pin=pin, cut=cut, stub=stub)
    if not change.words:
        raise click.UsageError(
            "what should be otherwise? give --add, --drop, --forbid, --limit, --pin, --cut or --stub"
        )
    found = suppose(asked.path, change, asked.settings(), problem)
    if as_json:
        import msgspec

        say_json(msgspec.to_builtins(found))
    else:
        from optimizer.report.what_if import what_if_text

        say(what_if_text(found, whole=whole))
    return EXIT_CODES[found.status]
