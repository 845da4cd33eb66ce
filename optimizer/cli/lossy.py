"""`--allow-lossy`: which losses an export may have, and how they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.output import tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.export.format import Loss

_OPTION = "--allow-lossy"
_ALL = "all"
_SHOWN = 8


class LossyCommand(click.Command):
    """A command on which `--allow-lossy` alone is `--allow-lossy=all`, so that it never takes the next word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words with the value spelt out."""
        end = args.index("--") if "--" in args else len(args)
        words = [f"{_OPTION}={_ALL}" if word == _OPTION else word for word in args[:end]]
        return super().parse_args(ctx, [*words, *args[end:]])


def _kinds(_: click.Context, __: click.Parameter, given: str | None) -> frozenset[str]:
    """Return the kinds of loss that `KIND,...` names; raises BadParameter with the nearest ones."""
    if given is None:
        return frozenset()
    from optimizer.export.format import LOSS_KINDS
    from optimizer.problem.nearest import nearest

    known = [kind.value for kind in LOSS_KINDS]
    words = [word.strip() for word in given.split(",")]
    for word in words:
        if word not in (*known, _ALL):
            near = nearest(word, known)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
            raise click.BadParameter(f"{word!r} is no kind of loss: {hint}")
    return frozenset(known if _ALL in words else words)


def allow_lossy_option(function: Any) -> Any:
    """Add `--allow-lossy[=KIND,...]`, a set of kinds, to a command of class LossyCommand."""
    words = "Write although the format leaves something out; it is told. With =KIND,... only of these kinds."
    return click.option(_OPTION, "allowed", metavar="[=KIND,...]", callback=_kinds, help=words)(function)


def tell_losses(name: str, lost: Iterable[Loss], unsaid: Iterable[Loss]) -> None:
    """Print what a format does not say, a line each, on stderr; what no builder acts on as a note."""
    for loss in lost:
        tell(f"{name} does not say {_words(loss)}")
    for loss in unsaid:
        tell(f"note: {name} does not say {_words(loss)}")


def tell_refusal(lost: Iterable[Loss]) -> None:
    """Print that nothing was written, and which kinds of loss would have to be allowed."""
    kinds = ",".join(dict.fromkeys(loss.kind.value for loss in lost))
    tell(f"nothing is written; {_OPTION}={kinds} writes it all the same")


def loss_tree(losses: Iterable[Loss]) -> list[dict[str, Any]]:
    """Return losses for `--json`."""
    return [{"kind": one.kind.value, "what": one.what, "concerned": list(one.concerned)} for one in losses]


def _words(loss: Loss) -> str:
    from optimizer.export.exported import plain

    if not loss.concerned:
        return loss.what
    more = len(loss.concerned) - _SHOWN
    shown = ", ".join(map(plain, loss.concerned[:_SHOWN])) + (f" and {more} more" if more > 0 else "")
    return f"{loss.what}: {shown}"
