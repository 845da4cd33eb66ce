"""`pkgset explain RESULT levers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from optimizer.cli.options import json_option

if TYPE_CHECKING:
    from optimizer.cli.explain import Asked

_Found = TypeVar("_Found")


@click.command()
@click.option("--by", type=click.Choice(["bytes", "divergence"]), default="bytes", show_default=True, help="Saving.")
@click.option("--top", type=click.IntRange(min=1), default=10, show_default=True, metavar="N", help="How many.")
@click.option("--pairs", is_flag=True, help="Pairs that save more together than the two alone.")
@click.option("--in-answer", is_flag=True, help="Only edges of packages that are in today's answer.")
@click.option("--target", metavar="PKG", help="The fewest edges whose cut lets this package leave.")
@json_option
@click.pass_obj
def levers(asked: Asked, by: str, top: int, pairs: bool, in_answer: bool, target: str | None, as_json: bool) -> int:
    """Which dependency edges to cut: what a minimisation effort would work on next.

    An edge is a package and what it depends on, in all its releases and at any version bound; weak ones count where
    the problem follows them. Told are those whose cut, when the problem is solved again without them, saves most
    installed bytes (or divergence). The list is exact: cuts and packages are chosen in one minimisation, and each row
    is solved once more as a problem of its own. Cutting an edge of a package that is not in the answer can make that
    package the better choice; --in-answer leaves such edges out, and the list is as exact for those that are left.
    """
    from optimizer.explain.levers import BYTES, DIVERGENCE, best_edges, best_pairs, release
    from optimizer.report.levers import levers_text, release_text

    if target is not None and pairs:
        raise click.UsageError("--target and --pairs are two questions: ask one at a time")
    if target is not None and in_answer:
        raise click.UsageError("--in-answer is for the ranking: --target needs every edge")
    measured = BYTES if by == "bytes" else DIVERGENCE
    if target is not None:
        freed = release(asked.answer(), measured, target)
        _tell(freed, release_text, as_json)
    else:
        best = (best_pairs if pairs else best_edges)(asked.answer(), measured, top, in_answer=in_answer)
        _tell(best, levers_text, as_json)
    return 0


def _tell(found: _Found, words: Callable[[_Found], str], as_json: bool) -> None:
    from optimizer.cli.output import say, say_json

    if as_json:
        import msgspec

        say_json(msgspec.to_builtins(found))
    else:
        say(words(found))
