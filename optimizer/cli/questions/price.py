"""`pkgset explain RESULT price`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from optimizer.cli.options import json_option

if TYPE_CHECKING:
    from optimizer.cli.explain import Asked
    from optimizer.explain.price import Step


@click.command()
@click.argument("words", nargs=-1, metavar="[FEATURE|LIMIT]...")
@click.option(
    "--step",
    "steps",
    multiple=True,
    metavar="AMOUNT",
    help="Raise limits by so much: 10MiB for those on sizes, a plain number for all others.  [default: 1MiB, 1]",
)
@json_option
@click.pass_obj
def price(asked: Asked, words: tuple[str, ...], steps: tuple[str, ...], as_json: bool) -> int:
    """What features, limits, pins and forbidden things cost.

    The price of a feature, pin or forbidden capability is the answer beside a fresh solve without it, in every stage;
    that of a limit is what one step on would buy, and the first bound that buys anything. Prices are marginal: what
    two features share is told apart. Name features or limits (installed_size) to price these alone.
    """
    from optimizer.answer.result import EXIT_CODES
    from optimizer.cli.failure import worst
    from optimizer.cli.output import say, say_json
    from optimizer.explain.price import price as ask

    step = _step(steps)
    progress = asked.settings().progress
    found = ask(
        asked.answer(),
        words,
        step,
        on_start=lambda total: progress.start("price", total),
        on_price=lambda: progress.advance(1),
    )
    progress.finish()
    if as_json:
        import msgspec

        say_json(msgspec.to_builtins(found))
    else:
        from optimizer.report.price import price_text

        say(price_text(found))
    statuses = [one.status for part in (found.features, found.limits, found.rules) for one in part]
    statuses += [] if found.together is None else [found.together.status]
    return worst(EXIT_CODES[status] for status in statuses if status != "infeasible")


def _step(steps: tuple[str, ...]) -> Step:
    from optimizer.explain.price import COUNT_STEP, SIZE_STEP, Step
    from optimizer.problem.size import SizeSyntaxError, parse_size

    size, count = SIZE_STEP, COUNT_STEP
    for text in steps:
        try:
            if text.isdecimal():
                count = int(text)
            else:
                size = parse_size(text)
        except SizeSyntaxError as error:
            raise click.BadParameter(str(error), param_hint="--step") from error
    if min(size, count) < 1:
        raise click.BadParameter("a step is at least 1", param_hint="--step")
    return Step(size, count)
