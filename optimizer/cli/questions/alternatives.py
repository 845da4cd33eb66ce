"""`pkgset explain RESULT alternatives`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from optimizer.cli.options import json_option

if TYPE_CHECKING:
    from optimizer.cli.explain import Asked


@click.command()
@click.argument("words", nargs=-1, metavar="[CAPABILITY|PKG]...")
@click.option("--versions", is_flag=True, help="Tell versions of one name apart, as choices of their own.")
@click.option("--all", "whole", is_flag=True, help="Show every option and every name, not only the first few.")
@json_option
@click.pass_obj
def alternatives(asked: Asked, words: tuple[str, ...], versions: bool, whole: bool, as_json: bool) -> int:
    """Which choices the answer made, and what each other choice would cost.

    A choice is a capability that a feature or a chosen package asks for, with another provider that could be in some
    answer. Its cost is that of the best answer with the other and without the chosen one. Choices that the tie-break
    alone decided come first. Name capabilities or packages to see their choices only.
    """
    from optimizer.answer.result import EXIT_CODES
    from optimizer.cli.failure import worst
    from optimizer.cli.output import say, say_json
    from optimizer.explain.alternatives import alternatives as ask

    progress = asked.settings().progress
    found = ask(
        asked.answer(),
        words,
        versions=versions,
        on_start=lambda total: progress.start("alternatives", total),
        on_option=lambda: progress.advance(1),
    )
    progress.finish()
    if as_json:
        import msgspec

        say_json(msgspec.to_builtins(found))
    else:
        from optimizer.report.alternatives import alternatives_text

        say(alternatives_text(found, whole=whole))
    return worst(EXIT_CODES[option.status] for choice in found.choices for option in choice.options)
