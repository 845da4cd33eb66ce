"""`pkgset explain RESULT why`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import FILE, json_option

if TYPE_CHECKING:
    from optimizer.cli.explain import Asked


@click.command()
@click.argument("word", metavar="PKG|PATH|CAPABILITY")
@click.option("--all", "whole", is_flag=True, help="Show every chain and every name, not only the first few.")
@click.option(
    "--problem", type=FILE, help="The problem that RESULT answers, to ask its repositories what gives a path."
)
@json_option
@click.pass_obj
def why(asked: Asked, word: str, whole: bool, problem: Path | None, as_json: bool) -> int:
    """Why something is in the answer.

    A package (any usual spelling of its name and version), a path or capability, or a feature. Who gives a path or
    capability that nothing asks for, only the repositories know: those of RESULT where it is a problem file, else of
    --problem. Told are the shortest chain of dependencies from each feature that leads to it, the features that
    cannot be had without it, who alone holds it in place, and what would leave with it, to the byte.
    """
    from optimizer.cli.output import say, say_json
    from optimizer.explain.why import why as ask

    answered, subject = asked.subject(word, problem)
    found = ask(answered, word, subject)
    if as_json:
        import msgspec

        say_json(msgspec.to_builtins(found))
    else:
        from optimizer.report.why import why_text

        say(why_text(found, whole=whole))
    return 0
