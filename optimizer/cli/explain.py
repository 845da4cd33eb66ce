"""`pkgset explain`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.lazy import LazyGroup
from optimizer.cli.options import mirror_option, quiet_option, time_limit_option, workers_option

if TYPE_CHECKING:
    from optimizer.explain.answered import Answered
    from optimizer.explain.subject import Subject
    from optimizer.pipeline import Settings

#: In the order in which `--help` lists them.
QUESTIONS: dict[str, str] = {
    "why": "optimizer.cli.questions.why",
    "why-not": "optimizer.cli.questions.why_not",
    "what-if": "optimizer.cli.questions.what_if",
    "price": "optimizer.cli.questions.price",
    "alternatives": "optimizer.cli.questions.alternatives",
    "levers": "optimizer.cli.questions.levers",
    "relax": "optimizer.cli.questions.relax",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about: a result directory, a problem file or an Instance file, and how to work."""

    path: Path
    mirror: Path | None
    time_limit_s: float | None
    workers: int
    quiet: bool

    def settings(self) -> Settings:
        """Return how the stages work."""
        from optimizer.cli.terminal import terminal
        from optimizer.pipeline import Settings
        from optimizer.repository.cache import Cache

        progress = terminal(quiet=self.quiet)
        return Settings(
            mirror=self.mirror,
            cache=Cache(progress=progress),
            progress=progress,
            time_limit_s=self.time_limit_s,
            workers=self.workers,
        )

    def answer(self) -> Answered:
        """Return the answer that is asked about; raises what `open_answer` raises."""
        from optimizer.inquiry import open_answer

        return open_answer(self.path, self.settings())

    def subject(self, word: str, problem: Path | None) -> tuple[Answered, Subject]:
        """Return the answer and what a word names in it; raises what `open_subject` raises."""
        from optimizer.inquiry import open_subject

        if problem is not None and self.path.is_file() and self.path.suffix != ".instance":
            raise click.UsageError("RESULT is a problem file already: leave --problem out")
        return open_subject(self.path, word, self.settings(), problem)


class _Questions(LazyGroup):
    """The questions; one that stands where RESULT should is not taken for a file, nor Ctrl-C for a time limit."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((word for word in args if not word.startswith("-")), "")
        if args and args[0] == first and first in QUESTIONS and not Path(first).exists():
            if any(word in ctx.help_option_names for word in args):
                args = [str(Path()), *args]
            else:
                raise click.UsageError(f"RESULT stands before the question: pkgset explain RESULT {first} ...", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Ask; a solve that Ctrl-C ended without an answer was interrupted."""
        from optimizer.cli.interrupt import Interrupts

        with Interrupts() as interrupts:
            try:
                return super().invoke(ctx)
            except TimeoutError as error:
                if interrupts.count:
                    raise KeyboardInterrupt from error
                raise


@click.group(cls=_Questions, modules=QUESTIONS)
@click.argument("result", type=click.Path(path_type=Path, exists=True), metavar="RESULT")
@time_limit_option
@workers_option
@mirror_option
@quiet_option
@click.pass_context
def explain(
    context: click.Context,
    result: Path,
    time_limit: float | None,
    workers: int,
    mirror: Path | None,
    quiet: bool,
) -> None:
    """Ask why an answer is as it is, and what would change it.

    RESULT is a directory that `pkgset solve` wrote, results/<problem name>, or a problem file or Instance, which is
    solved first. Nothing is written. Every figure comes from a solve or a proof on the same Instance.
    """
    context.obj = Asked(result, mirror, time_limit, workers, quiet)
