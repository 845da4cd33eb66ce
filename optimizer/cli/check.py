"""`pkgset check`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.options import FILE, json_option, mirror_option, quiet_option
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.universe.finding import Finding


@click.command()
@click.argument("problems", nargs=-1, required=True, type=FILE, metavar="PROBLEM...")
@json_option
@mirror_option
@quiet_option
def check(problems: tuple[Path, ...], as_json: bool, mirror: Path | None, quiet: bool) -> int:
    """Look up every name of a problem, without solving.

    Features, comps groups, forbidden dependencies, pins, equivalents and module streams: who provides them, and the
    nearest names of those that nobody does. Exit code 2 where no answer can exist.
    """
    from optimizer.cli.failure import Failure, attempt, worst
    from optimizer.cli.output import say, say_json

    documents: list[dict[str, Any]] = []
    for file in problems:
        found = attempt(partial(_findings, file, mirror, quiet))
        if isinstance(found, Failure):
            found = found.of(file)
            found.tell()
            failed = {"file": str(file), "exit_code": found.exit_code, "errors": list(found.lines), "findings": []}
            documents.append(failed)
            continue
        if not as_json:
            from optimizer.report.check import check_table

            say(f"{chr(10) if documents else ''}{file}\n\n{check_table(found, str(file))}")
        documents.append(_judged(file, found))
    if as_json:
        say_json(documents)
    return worst(document["exit_code"] for document in documents)


def _findings(file: Path, mirror: Path | None, quiet: bool) -> tuple[Finding, ...]:
    from optimizer.cli.terminal import terminal
    from optimizer.pipeline import Settings, check_file
    from optimizer.repository.cache import Cache

    progress = terminal(quiet=quiet)
    return check_file(file, Settings(mirror=mirror, cache=Cache(progress=progress), progress=progress))


def _judged(file: Path, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Tell what is wrong, on stderr; return the document for programs."""
    import msgspec

    from optimizer.report.check import complaints
    from optimizer.universe.finding import Severity

    for line in complaints(findings):
        tell(line)
    wrong = any(finding.severity is Severity.ERROR for finding in findings)
    return {
        "file": str(file),
        "exit_code": 2 if wrong else 0,
        "errors": [],
        "findings": [msgspec.to_builtins(finding) for finding in findings],
    }
