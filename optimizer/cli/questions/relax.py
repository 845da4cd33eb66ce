"""`pkgset explain RESULT relax`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from optimizer.cli.options import json_option

if TYPE_CHECKING:
    from optimizer.cli.explain import Asked


@click.command()
@click.option("--top", type=click.IntRange(min=1), default=5, show_default=True, metavar="N", help="How many sets.")
@json_option
@click.pass_obj
def relax(asked: Asked, top: int, as_json: bool) -> int:
    """What could be given up where there is no answer.

    Features, limits, pins and forbidden capabilities: all smallest sets that give the problem an answer, and larger
    ones up to N, none with a member it could do without. A limit is not dropped but set to the nearest value that
    will do. Each comes with the best answer it leads to; of one size the best of these is first, by the problem's
    objectives. Of one size at most 30 sets, or N, are solved; where there are more it is said. Of a problem that has
    an answer, told is what stops each optional feature that it leaves out. Exit code 0 with an answer or without, 3
    where the time limit left one unproven.
    """
    from optimizer.cli.failure import NOT_PROVEN
    from optimizer.cli.output import say, say_json
    from optimizer.explain.relax import relax as ask

    found = ask(asked.answer(), top)
    if as_json:
        import msgspec

        say_json(msgspec.to_builtins(found))
    else:
        from optimizer.report.relax import relaxed_text

        say(relaxed_text(found))
    return 0 if found.proven else NOT_PROVEN
