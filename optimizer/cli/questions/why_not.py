"""`pkgset explain RESULT why-not`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import FILE, json_option

if TYPE_CHECKING:
    from optimizer.cli.explain import Asked


@click.command("why-not")
@click.argument("word", metavar="PKG|PATH|CAPABILITY")
@click.option("--all", "whole", is_flag=True, help="Tell every candidate in full, and list every package.")
@click.option(
    "--problem", type=FILE, help="The problem that RESULT answers, to ask its repositories what gives a path."
)
@json_option
@click.pass_obj
def why_not(asked: Asked, word: str, whole: bool, problem: Path | None, as_json: bool) -> int:
    """Why a package is not in the answer.

    Every package of that name, or that provides the path or capability, is put into an answer of its own, the best
    there is with it: it cannot be in, and a minimal set of reasons says why; or it costs more, in which objective and
    by how much; or it would do as well, and only the tie-break left it out. The nearest to being in comes first. Who
    gives a path or capability that nothing asks for, only the repositories know: those of RESULT where it is a
    problem file, else of --problem. Exit code 3 where the time limit left one of them, or the answer itself,
    unproven.
    """
    from optimizer.cli.failure import NOT_PROVEN
    from optimizer.cli.output import say, say_json
    from optimizer.explain.why_not import why_not as ask

    progress = asked.settings().progress
    answered, subject = asked.subject(word, problem)
    found = ask(
        answered,
        word,
        subject,
        on_start=lambda total: progress.start("candidates", total),
        on_candidate=lambda: progress.advance(1),
    )
    progress.finish()
    if as_json:
        import msgspec

        say_json(msgspec.to_builtins(found))
    else:
        from optimizer.report.why_not import why_not_text

        say(why_not_text(found, whole=whole))
    compared = [stage.status for one in found.candidates if one.difference for stage in one.difference.stages]
    unproven = any(one.status in ("not proven", "unknown") for one in found.candidates)
    return NOT_PROVEN if unproven or any(status != "optimal" for status in compared) else 0
