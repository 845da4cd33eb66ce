"""`pkgset export`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.failure import NOT_PROVEN
from optimizer.cli.lossy import LossyCommand, allow_lossy_option, loss_tree, tell_losses, tell_refusal
from optimizer.cli.options import (
    FILE,
    json_option,
    mirror_option,
    quiet_option,
    time_limit_option,
    workers_option,
)
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.cli.steering import Steering
    from optimizer.export.exported import Exported, ExportedRepository
    from optimizer.export.format import Format, Loss, SolverFormat
    from optimizer.pipeline import Settings
    from optimizer.universe.instance import Instance

_PARTS = ("manifest.json", "divergence.json", "run.json")


def _urls(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    urls = {}
    for one in given:
        name, _equals, url = one.partition("=")
        if not (name and url):
            raise click.BadParameter(f"{one!r} is not ID=URL")
        urls[name] = url
    return urls


@click.command(cls=LossyCommand)
@click.argument("result", type=click.Path(path_type=Path, exists=True), metavar="RESULT", required=False)
@click.option("--format", "name", metavar="FORMAT", help="What to write: one of `pkgset export --list`.")
@click.option("-o", "--output", type=FILE, metavar="FILE", help="Where to write, stdout unless given.")
@allow_lossy_option
@click.option(
    "--baseurl",
    "urls",
    multiple=True,
    callback=_urls,
    metavar="ID=URL",
    help="Where the builder finds a repository, if not where the problem has it; may be repeated.",
)
@click.option("--steering", is_flag=True, help="Write the shortest request shown to give exactly the answer.")
@click.option("--problem", type=FILE, metavar="FILE", help="Where --steering finds the repositories of a directory.")
@click.option(
    "--stage", type=click.IntRange(min=1), metavar="N", help="Which objective a format of only one asks for."
)
@click.option("--list", "listing", is_flag=True, help="Show the formats, and what each can express.")
@json_option
@time_limit_option
@workers_option
@mirror_option
@quiet_option
def export(
    result: Path | None,
    name: str | None,
    output: Path | None,
    allowed: frozenset[str],
    urls: dict[str, str],
    steering: bool,
    problem: Path | None,
    stage: int | None,
    listing: bool,
    as_json: bool,
    time_limit: float | None,
    workers: int,
    mirror: Path | None,
    quiet: bool,
) -> int:
    """Write an answer in the format of an image builder.

    RESULT is a directory that `pkgset solve` wrote, results/<problem name>, or a problem file or Instance, which is
    solved first. Every package is named in full. What the answer needs and the format cannot say is told on stderr;
    then nothing is written, exit code 3, unless --allow-lossy, or --allow-lossy=KIND,... of every kind there is.
    Reasons of divergence are no loss: where a format has no place for them, stderr notes it. With --json the file
    needs -o, and stdout says what was written and what was left out.

    With --steering the file asks for less: names, versions only where needed, and names to keep out, as few as a
    search finds. libsolv, and dnf where it is installed, install exactly the answer for it, from the repositories
    that its packages come from. It takes --time-limit seconds at most, 60 unless given, and says whether anything
    shorter is left; exit code 3 where no request gives the answer.

    A format for other solvers is of the question. One that knows a single objective is given the first, or with
    --stage the Nth, those before it held at the optimum that the answer has proven.
    """
    if listing:
        return _list(as_json)
    if result is None or name is None:
        raise click.UsageError("RESULT and --format are needed; --list shows the formats")
    if as_json and output is None:
        raise click.UsageError("--json takes stdout: say with -o where the file goes")
    if problem is not None and not steering:
        raise click.UsageError("--problem says where --steering finds the repositories; without it, it says nothing")
    if result.is_file() and result.name in _PARTS:
        raise click.UsageError(f"{result} is a part of a result: give the directory it lies in, {result.parent}")
    from optimizer.cli.output import say
    from optimizer.cli.steering import Steering
    from optimizer.cli.terminal import terminal
    from optimizer.export.exported import plain
    from optimizer.pipeline import Settings
    from optimizer.repository.cache import Cache

    progress = terminal(quiet=quiet)
    settings = Settings(
        mirror=mirror, cache=Cache(progress=progress), progress=progress, time_limit_s=time_limit, workers=workers
    )
    steered = Steering(_problem_of(result, problem), settings) if steering else None
    outgoing = _prepare(result, name, urls, settings, steered, stage)
    tell_losses(name, outgoing.lost, outgoing.unsaid)
    refused = any(loss.kind not in allowed for loss in outgoing.lost)
    content = b"" if refused else outgoing.write()
    here = {one.id: one.url for one in outgoing.places if one.url.startswith("file:") and one.url.encode() in content}
    for identifier, url in here.items():
        tell(
            f"note: {plain(identifier)} is written as {url}, a directory of this machine; "
            f"--baseurl {plain(identifier)}=URL writes another place"
        )
    if refused:
        tell_refusal(outgoing.lost)
    elif output is not None:
        _write(output, content)
    else:
        say(content)
    if as_json:
        _tell(name, None if refused else output, outgoing, here, steered)
    return NOT_PROVEN if refused else 0


@dataclass(frozen=True, slots=True)
class _Export:
    """How to write a file, what it leaves out, what of that no builder acts on, and the repositories it may name."""

    write: Callable[[], bytes]
    lost: tuple[Loss, ...]
    unsaid: tuple[Loss, ...] = ()
    places: tuple[ExportedRepository, ...] = ()


def _prepare(
    result: Path,
    name: str,
    urls: dict[str, str],
    settings: Settings,
    steering: Steering | None,
    stage: int | None,
) -> _Export:
    """Return how to write the file, and what it would leave out."""
    from optimizer.export.format import SolverFormat
    from optimizer.export.formats import load_format
    from optimizer.export.loss import losses, notes

    found = load_format(name)
    if steering is not None and not getattr(found, "steerable", False):
        raise click.UsageError(f"{name} asks no resolver, so there is nothing to steer")
    if stage is not None:
        return _of_stage(found, name, result, settings, stage)
    if isinstance(found, SolverFormat):
        instance = _question(result, settings)
        return _Export(partial(found.write, instance), found.lost(instance))
    exported = _answer(result, settings, urls)
    if exported.record.status != "proven":
        tell("warning: the answer is not proven to be the best")
    if steering is not None:
        exported = steering.shorten(exported)
    write = partial(found.write, exported)
    return _Export(write, losses(found, exported), notes(found, exported), exported.repositories)


def _of_stage(found: Format | SolverFormat, name: str, result: Path, settings: Settings, stage: int) -> _Export:
    """Return how to write the question of a stage, and what that leaves out."""
    from optimizer.export.format import Besides, SolverFormat
    from optimizer.export.staged import UnknownStageError, stage_names

    write_stage = found.write_stage if isinstance(found, SolverFormat) else None
    if write_stage is None or not isinstance(found, SolverFormat):
        raise click.UsageError(f"{name} is not of one stage, so --stage says nothing")
    optima: list[int] = []
    if stage == 1:
        instance = _question(result, settings)
    else:
        exported = _answer(result, settings, {})
        instance, before = exported.instance, exported.record.stages[: stage - 1]
        open_ = [one.objective for one in before if one.status != "optimal"]
        if open_:
            raise click.UsageError(f"stage {stage} needs the optimum of {open_[0]}, which is not proven")
        optima = [one.value for one in before]
    names = stage_names(instance)
    if stage > max(1, len(names)):
        raise UnknownStageError(stage, names)
    lost = tuple(one for one in found.lost(instance) if one.kind is not Besides.STAGES)
    return _Export(partial(write_stage, instance, optima), lost)


def _problem_of(result: Path, problem: Path | None) -> Path:
    """Return the problem file that has the repositories of what is exported."""
    if problem is not None:
        return problem
    if result.is_dir() or result.suffix == ".instance":
        raise click.UsageError("--steering asks the repositories again: say with --problem which file has them")
    return result


def _question(path: Path, settings: Settings) -> Instance:
    from optimizer.answer.stored import stored_instance
    from optimizer.pipeline import close_problem
    from optimizer.problem.load import load_problem
    from optimizer.universe.snapshot import SUFFIX, read_instance

    if path.is_dir():
        return stored_instance(path)
    if path.suffix == SUFFIX:
        return read_instance(path)
    return close_problem(load_problem(path), settings).closed.instance


def _answer(path: Path, settings: Settings, urls: dict[str, str]) -> Exported:
    from optimizer.answer.stored import BadResultError, read_stored
    from optimizer.cli.source_date import source_date_epoch
    from optimizer.export.exported import export_answer
    from optimizer.inquiry import RejectedError
    from optimizer.pipeline import solve_file

    time = source_date_epoch()
    if path.is_dir():
        stored = read_stored(path)
        return export_answer(
            stored.manifest, stored.divergence, stored.record, stored.instance(), urls=urls, time=time
        )
    result = solve_file(path, settings)
    if result.record.status == "rejected":
        raise RejectedError(result)
    if result.manifest is None or result.divergence is None:
        raise BadResultError(path, f"there is no answer, its status is {result.record.status!r}")
    return export_answer(result.manifest, result.divergence, result.record, result.instance, urls=urls, time=time)


def _write(path: Path, content: bytes) -> None:
    from optimizer.export.writing import write_whole

    if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
        path.write_bytes(content)
    else:
        write_whole(path, content)


def _tell(
    name: str, written: Path | None, outgoing: _Export, here: dict[str, str], steering: Steering | None
) -> None:
    from optimizer.cli.output import say_json

    say_json(
        {
            "format": name,
            "file": None if written is None else str(written),
            "lost": loss_tree(outgoing.lost),
            "notes": loss_tree(outgoing.unsaid),
            "directories": here,
            "steering": None if steering is None else steering.told,
        }
    )


def _list(as_json: bool) -> int:
    from optimizer.cli.output import say, say_json
    from optimizer.export.format import Expresses
    from optimizer.export.formats import FORMATS, SOLVER_FORMATS, load_format

    documents: list[dict[str, Any]] = []
    for name in (*FORMATS, *SOLVER_FORMATS):
        found = load_format(name)
        said = getattr(found, "expresses", ())
        documents.append(
            {
                "name": name,
                "title": found.title,
                "of": "answer" if name in FORMATS else "question",
                "file_name": found.file_name,
                "media_type": found.media_type,
                "steerable": getattr(found, "steerable", False),
                "part_of": getattr(found, "part_of", None),
                "expresses": [one.value for one in Expresses if one in said],
            }
        )
    if as_json:
        say_json(documents)
        return 0
    width = max(len(one["name"]) for one in documents)
    for one in documents:
        words = ", ".join(one["expresses"]) or "names only"
        if one["of"] == "question":
            words = "the question, for other solvers"
        if one["part_of"]:
            words += f" (beside {one['part_of']})"
        say(f"{one['name']:{width}}  {one['title']}\n{'':{width}}  {words}\n")
    return 0
