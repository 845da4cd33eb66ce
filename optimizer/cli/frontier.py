"""`pkgset frontier`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import (
    DIRECTORY,
    FILE,
    json_option,
    mirror_option,
    quiet_option,
    time_limit_option,
    workers_option,
    write_option,
)
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.answer.frontier import FrontierRecord
    from optimizer.model.frontier import Frontier, Quantity, SearchState
    from optimizer.pipeline import Settings
    from optimizer.universe.instance import Instance

_PICTURES = (".svg", ".png")


@click.command()
@click.argument("problem", type=click.Path(path_type=Path, exists=True), metavar="PROBLEM")
@click.option("--vary", required=True, metavar="A[,B]", help="Best A for each B; B is the problem's first other one.")
@click.option("--most", type=click.IntRange(min=2), default=100, show_default=True, help="At most so many points.")
@click.option("--no-hold", is_flag=True, help="Objectives that rank above both may get worse.")
@click.option(
    "-o",
    "--output",
    type=DIRECTORY,
    help="Where it goes: DIR/<problem name>/; unless given, a result's own directory, or results/<problem name>/.",
)
@write_option
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Write a table; - is stdout."
)
@click.option("--plot", type=FILE, help="Draw it as FILE.svg or FILE.png (needs pkgset[report]).")
@time_limit_option
@workers_option
@json_option
@mirror_option
@quiet_option
def frontier(
    problem: Path,
    vary: str,
    most: int,
    no_hold: bool,
    output: Path | None,
    write: bool,
    csv_file: Path | None,
    plot: Path | None,
    time_limit: float | None,
    workers: int,
    as_json: bool,
    mirror: Path | None,
    quiet: bool,
) -> int:
    """Weigh up two objectives: every pair of values of which neither improves without the other.

    PROBLEM is a problem file, an Instance or a directory that `pkgset solve` wrote. A and B are objectives, or
    downstream_sources. Features, pins and limits hold; so does the best of each objective that ranks above both; the
    rest choose among equals. Every point is proven. Writes frontier-A-B.json, and after each point how far the search
    is: stopped by --time-limit, Ctrl-C or a kill (exit code 3 or 130), the same command goes on from there.
    """
    from optimizer.cli.vary import named_quantities, refuse_uncounted, second_quantity

    if as_json and csv_file == Path("-"):
        raise click.UsageError("--json and --csv - both want stdout")
    if plot is not None and plot.suffix.lower() not in _PICTURES:
        raise click.UsageError(f"--plot {plot}: a picture is a file named *.svg or *.png")
    kinds = named_quantities(vary)
    settings = _settings(mirror, time_limit, workers, quiet)
    instance = _instance(problem, settings)
    first = kinds[1] if len(kinds) > 1 else second_quantity(instance, kinds[0])
    refuse_uncounted(instance, (first, kinds[0]))
    place = None
    if write:
        beside = problem if problem.is_dir() else Path("results") / instance.problem
        directory = beside if output is None else output / instance.problem
        directory.mkdir(parents=True, exist_ok=True)
        place = directory / f"frontier-{kinds[0].value}-{first.value}"
    search = _Search(instance, (first, kinds[0]), most, hold=not no_hold, place=place)
    record = search.find(settings)
    _put_out(record, place, csv_file, plot, as_json=as_json)
    return {"proven": 0, "part": 0, "infeasible": 1}.get(record.status, 3)


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for, from the best of the first objective on; `place` is the file it is kept in, less suffix."""

    instance: Instance
    kinds: tuple[Quantity, Quantity]
    most: int
    hold: bool
    place: Path | None

    def find(self, settings: Settings) -> FrontierRecord:
        """Return the frontier as far as the time allows, going on from where an earlier search was stopped."""
        from optimizer.answer.frontier import record_frontier
        from optimizer.export.frontier import read_search, search_digest, write_search
        from optimizer.model.frontier import SearchState, frontier, ranked
        from optimizer.model.solve import Engine
        from optimizer.model.solver import Budget

        held, then = ranked(self.instance, *self.kinds)
        held, then = (held, then) if self.hold else ((), (*held, *then))
        asked = [*self.kinds, "held", *held, "then", *then]
        file = self.place and self.place.with_suffix(".state")
        digest = search_digest(self.instance, asked) if file else ""
        states = [read_search(file, digest) if file else SearchState()]
        budget = Budget(settings.time_limit_s, settings.workers)
        engine = Engine.of(self.instance)

        def settled(state: SearchState) -> None:
            states.append(state)
            if file:
                write_search(file, digest, state)
            settings.progress.advance(1)

        def search() -> Frontier:
            return frontier(
                engine,
                *self.kinds,
                budget,
                held=held,
                then=then,
                most=self.most,
                known=states[-1],
                on_settled=settled,
            )

        settings.progress.start("frontier, solves", None)
        try:
            found = search()
        except KeyboardInterrupt:  # between two solves: what there is, is told all the same
            budget.interrupted = True
            found = search()
        settings.progress.finish()
        return record_frontier(self.instance, found, tuple(kind.value for kind in then), self.most)


def _put_out(
    record: FrontierRecord, place: Path | None, csv_file: Path | None, plot: Path | None, *, as_json: bool
) -> None:
    from optimizer.cli.output import say, say_json
    from optimizer.export.frontier import frontier_csv, write_frontier
    from optimizer.export.writing import write_whole
    from optimizer.report.frontier import frontier_text

    written = []
    if place is not None:
        written.append(place.with_suffix(".json"))
        write_frontier(record, written[-1])
    if as_json:
        say_json(record)
    elif csv_file != Path("-"):
        say(frontier_text(record))
    if csv_file == Path("-"):
        say(frontier_csv(record))
    elif csv_file is not None:
        written.append(csv_file)
        write_whole(csv_file, frontier_csv(record).encode())
    if plot is not None:
        from optimizer.report.frontier_plot import frontier_picture

        content = frontier_picture(record, plot.suffix.lower().removeprefix("."))
        written.append(plot)
        write_whole(plot, content)
    if written and not as_json and csv_file != Path("-"):
        say(f"\nwritten: {', '.join(map(str, written))}", newline=True)
    if record.status in ("not proven", "unknown") and place is not None:
        tell("stopped early: the same command goes on from here")


def _settings(mirror: Path | None, time_limit_s: float | None, workers: int, quiet: bool) -> Settings:
    from optimizer.cli.terminal import terminal
    from optimizer.pipeline import Settings
    from optimizer.repository.cache import Cache

    progress = terminal(quiet=quiet)
    return Settings(
        mirror=mirror, cache=Cache(progress=progress), progress=progress, time_limit_s=time_limit_s, workers=workers
    )


def _instance(problem: Path, settings: Settings) -> Instance:
    from optimizer.inquiry import open_instance

    return open_instance(problem, settings)
