"""`pkgset report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import quiet_option
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.answer.frontier import FrontierRecord
    from optimizer.report.page_section import Reported

_NEEDED = ("jinja2", "pygal", "squarify")


@click.command()
@click.argument(
    "results",
    type=click.Path(path_type=Path, exists=True),
    nargs=-1,
    required=True,
    metavar="RESULT...",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("report.html"),
    show_default=True,
    help="The page; - is stdout.",
)
@click.option(
    "--frontier",
    "frontiers",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    metavar="FILE",
    help="Draw this frontier too, with the result of the same problem; those in RESULT are drawn unasked.",
)
@click.option(
    "--with",
    "extras",
    type=click.Choice(["alternatives"]),
    multiple=True,
    help="Ask this of each answer too: one solve for each other choice, seconds to minutes.",
)
@quiet_option
def report(
    results: tuple[Path, ...], output: Path, frontiers: tuple[Path, ...], extras: tuple[str, ...], quiet: bool
) -> None:
    """Draw results as one HTML page that needs no network.

    RESULT is a directory that `pkgset solve` wrote, results/<problem name>; several are set side by side, as are the
    images of a family, results/<family>. The page has status and proof, sizes by feature and by package, the
    divergence list with evidence and price, and all packages, to search and sort. It holds everything it shows: mail
    it, or open it from disk.
    """
    from importlib.util import find_spec

    from optimizer.cli.output import say

    lacking = [name for name in _NEEDED if find_spec(name) is None]
    if lacking:
        raise click.UsageError(f"reports need {', '.join(lacking)}: pip install 'pkgset[report]'")
    from optimizer.export.writing import write_whole
    from optimizer.report.page import render_page

    more = [(path, _frontier(path)) for path in frontiers]
    directories = list(dict.fromkeys(directory for path in results for directory in _directories(path)))
    reported = [_read(directory, more) for directory in directories]
    if "alternatives" in extras:
        reported = [
            _with_choices(directory, one, quiet) for directory, one in zip(directories, reported, strict=True)
        ]
    problems = {one.record.problem for one in reported}
    for path, record in more:
        if record.problem not in problems:
            raise click.UsageError(f"{path} is a frontier of {record.problem!r}, and no RESULT is")
    page = render_page(reported, _made())
    if str(output) == "-":
        say(page.encode())
        return
    write_whole(output, page.encode())
    tell(f"written: {output}")


def _directories(path: Path) -> list[Path]:
    """Return a result's directory, or those of a family's images; its family.json stands for the family too."""
    from optimizer.answer.family import FAMILY, read_family
    from optimizer.answer.stored import RUN

    directory = path.parent if path.name == FAMILY and path.is_file() else path
    if not directory.is_dir():
        raise click.BadParameter(f"{path} is a file, and no directory of results", param_hint="RESULT...")
    if (directory / RUN).exists() or not (directory / FAMILY).exists():
        return [directory]
    record = read_family(directory)
    names = [image.name for image in record.images] or list(record.without)
    return [directory / name for name in names if (directory / name / RUN).exists()]


def _read(directory: Path, more: list[tuple[Path, FrontierRecord]]) -> Reported:
    from optimizer.answer.stored import read_record, read_stored, solution_of, stored_instance
    from optimizer.report.page_section import Reported

    record = read_record(directory)
    instance = stored_instance(directory)
    if record.status not in ("proven", "not proven"):
        return Reported(record.problem, record, instance)
    stored = read_stored(directory)
    own = sorted(directory.glob("frontier-*.json"))
    given = [path for path, frontier in more if frontier.problem == record.problem and path not in own]
    return Reported(
        record.problem,
        record,
        instance,
        stored,
        solution_of(stored, instance),
        tuple(_frontier(path) for path in [*own, *given]),
    )


def _with_choices(directory: Path, reported: Reported, quiet: bool) -> Reported:
    from dataclasses import replace

    from optimizer.cli.terminal import terminal
    from optimizer.explain.alternatives import alternatives
    from optimizer.inquiry import open_answer
    from optimizer.pipeline import Settings

    if reported.solution is None:
        return reported
    progress = terminal(quiet=quiet)
    found = alternatives(
        open_answer(directory, Settings(progress=progress)),
        on_start=lambda total: progress.start("alternatives", total),
        on_option=lambda: progress.advance(1),
    )
    progress.finish()
    return replace(reported, choices=found)


def _frontier(path: Path) -> FrontierRecord:
    import msgspec

    from optimizer.answer.frontier import FrontierRecord
    from optimizer.answer.stored import BadResultError

    try:
        return msgspec.json.decode(path.read_bytes(), type=FrontierRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadResultError(path, str(error)) from error


def _made() -> str:
    """Return the day of SOURCE_DATE_EPOCH, nothing where it is not set: the same results give the same bytes."""
    from datetime import UTC, datetime

    from optimizer.cli.source_date import source_date_epoch

    epoch = source_date_epoch()
    return "" if epoch is None else datetime.fromtimestamp(epoch, UTC).date().isoformat()
