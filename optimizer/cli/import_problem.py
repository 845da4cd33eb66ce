"""`pkgset import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import DIRECTORY, FILE, json_option
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.imports.places import GivenRepository
    from optimizer.imports.settle import Imported

_ORIGINS = ("upstream", "downstream")


def _repositories(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """Return id, URL and origin of each ID=URL[:ORIGIN]."""
    import re
    from difflib import get_close_matches

    from optimizer.problem.shape import SAFE_NAME_PATTERN, SAFE_NAME_WORDS

    found = []
    for one in given:
        name, _equals, url = one.partition("=")
        head, _colon, origin = url.rpartition(":")
        if origin in _ORIGINS:
            url = head
        elif near := get_close_matches(origin, _ORIGINS, 1, 0.7):
            raise click.BadParameter(f"{origin!r} is no origin; did you mean {near[0]!r}?")
        else:
            origin = "upstream"
        if not url.strip() or not url.isprintable():
            raise click.BadParameter(f"{one!r} is not ID=URL or ID=URL:downstream")
        if not re.fullmatch(SAFE_NAME_PATTERN, name):
            raise click.BadParameter(f"expected as id {SAFE_NAME_WORDS}, found {name!r}")
        found.append((name, url, origin))
    return tuple(found)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=False)
@click.option(
    "--from", "name", metavar="FORMAT", help="What FILE is, one of --list; seen from its content if absent."
)
@click.option("-o", "--output", type=FILE, metavar="PROBLEM", help="Where to write, stdout unless given.")
@click.option("--force", is_flag=True, help="Write over a PROBLEM that is there already.")
@click.option(
    "--repository",
    "repositories",
    multiple=True,
    callback=_repositories,
    metavar="ID=URL[:ORIGIN]",
    help="A repository, ORIGIN upstream or downstream, in FILE's place or beside; may be repeated.",
)
@click.option("--name", "problem", metavar="NAME", help="Name of the problem.")
@click.option("--arch", metavar="ARCH", help="Architecture of the image, where FILE is for several or does not say.")
@click.option("--releasever", metavar="VERSION", help="Value of $releasever in repository URLs.")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME",
    help="KIWI's and mkosi's profiles, or comps groups, to take; may be repeated.",
)
@click.option("--pins", is_flag=True, help="Keep the versions of a package list as pins.")
@click.option("--within", type=DIRECTORY, metavar="DIR", help="Where included files may lie.  [default: beside FILE]")
@click.option("--list", "listing", is_flag=True, help="Show the formats.")
@json_option
def import_problem(
    file: Path | None,
    name: str | None,
    output: Path | None,
    force: bool,
    repositories: tuple[tuple[str, str, str], ...],
    problem: str | None,
    arch: str | None,
    releasever: str | None,
    profiles: tuple[str, ...],
    pins: bool,
    within: Path | None,
    listing: bool,
    as_json: bool,
) -> int:
    """Make a problem file of another tool's file.

    FILE is a kickstart, a treefile, a blueprint, a Photon list or installer file, a mkosi.conf, a KIWI description,
    comps, a Content Resolver document, an rpms.in.yaml, a Containerfile, or a package list such as `rpm -qa` prints;
    - is standard input. Nothing in it is run or fetched. What does not carry over stands in comments at the
    top of the problem, each with its line, and is counted on stderr.
    """
    if listing:
        return _list(as_json)
    if file is None:
        raise click.UsageError("FILE is needed; --list shows the formats")
    _check_arch(arch)
    if output is not None and output.exists() and not force:
        raise click.UsageError(f"{output} is there already; --force writes over it")
    from optimizer.imports.formats import read_request
    from optimizer.imports.problem_text import problem_text
    from optimizer.imports.settle import settle

    request = read_request(file, name, within=within, arch=arch, profiles=profiles, pins=pins)
    imported = settle(request, _given(repositories), problem, releasever)
    text = problem_text(imported)
    if output is not None:
        from optimizer.export.writing import write_whole

        write_whole(output, text.encode())
    _show(imported, text, output, as_json)
    _tell(imported, output)
    return 0


def _check_arch(arch: str | None) -> None:
    from optimizer.problem.arch import Arch
    from optimizer.problem.nearest import nearest

    if arch is not None and arch not in Arch.__members__.values():
        near = nearest(arch, Arch.__members__.values())
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(Arch)}"
        raise click.UsageError(f"there is no architecture {arch!r}: {hint}")


def _given(repositories: tuple[tuple[str, str, str], ...]) -> list[GivenRepository]:
    from optimizer.imports.places import GivenRepository
    from optimizer.problem.problem import Origin

    return [GivenRepository(name, url, Origin(origin)) for name, url, origin in repositories]


def _show(imported: Imported, text: str, output: Path | None, as_json: bool) -> None:
    import msgspec

    from optimizer.cli.output import say, say_json
    from optimizer.imports.problem_text import problem_tree

    if as_json:
        say_json(
            {
                "file": str(imported.file),
                "format": imported.format,
                "problem": problem_tree(imported),
                "not_carried_over": [msgspec.to_builtins(lost) for lost in imported.lost],
                "placeholders": [{"id": name, "instead": instead} for name, instead in imported.placeholders],
                "output": None if output is None else str(output),
            }
        )
    elif output is None:
        say(text)
    else:
        say(str(output), newline=True)


def _tell(imported: Imported, output: Path | None) -> None:
    """Count what came over and what did not, on stderr."""
    counts = [f"{len(imported.required)} required"]
    counts += [f"{len(imported.optional)} optional"] if imported.optional else []
    counts += [f"{len(imported.forbidden)} forbidden"] if imported.forbidden else []
    counts += [f"{len(imported.pins)} pinned"] if imported.pins else []
    tell(f"{imported.file}: read as {imported.format}: {', '.join(counts)}")
    if imported.lost:
        where = f"the comments of {output}" if output is not None else "the comments at its top"
        things = "1 thing" if len(imported.lost) == 1 else f"{len(imported.lost)} things"
        tell(f"{imported.file}: {things} did not carry over: see {where}")
    for name, instead in imported.placeholders:
        given = f"--repository {name}=URL"
        tell(f"{imported.file}: where {name} lies is not known ({instead}): give {given}")


def _list(as_json: bool) -> int:
    from optimizer.cli.output import say, say_json
    from optimizer.imports.formats import FORMATS

    if as_json:
        say_json([{"format": name, "what": known.what} for name, known in FORMATS.items()])
    else:
        width = max(map(len, FORMATS))
        say("".join(f"{name:{width}}  {known.what}\n" for name, known in FORMATS.items()))
    return 0
