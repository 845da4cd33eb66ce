"""One of two package sets that are compared: whatever its path names, read as what it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.answer.side import Side
    from optimizer.pipeline import Settings

#: What `imports.installed` calls a manifest of ours, which says more than a list.
MANIFEST_FORMAT = "manifest"
_PROBLEM = re.compile(r"^(features|repositories|extends):", re.MULTILINE)


def read_side(path: Path, settings: Settings) -> Side:
    """Return a result directory, its manifest.json, a problem or Instance, solved first, or another tool's list.

    `-` is a list on standard input. Raises NoAnswerError, BadResultError, BadImportError and what `open_answer` does.
    """
    from msgspec.structs import replace

    from optimizer.answer.side import side_of_listing, side_of_manifest
    from optimizer.answer.stored import MANIFEST, RUN, decode_manifest, read_manifest, read_record
    from optimizer.explain.answered import NoAnswerError
    from optimizer.imports.installed import read_listing
    from optimizer.imports.source import read_source

    if path.is_dir():
        if not (path / MANIFEST).exists() and (path / RUN).exists() and read_record(path).status == "infeasible":
            raise NoAnswerError(path.name)
        return side_of_manifest(str(path), read_manifest(path / MANIFEST))
    if path.name == MANIFEST:
        return side_of_manifest(str(path), read_manifest(path))
    if _is_problem(path):
        return _solved(path, settings)
    source = read_source(path)  # once: standard input and pipes give it only once
    listing = read_listing(source)
    if listing.format == MANIFEST_FORMAT:
        side = side_of_manifest(str(path), decode_manifest(source.text, path))
    else:
        side = side_of_listing(listing)
    return replace(side, label="standard input") if path == Path("-") else side


def _is_problem(path: Path) -> bool:
    if path.suffix == ".instance":
        return True
    if path.suffix not in (".yaml", ".yml"):
        return False
    return _PROBLEM.search(path.read_text(encoding="utf-8", errors="replace")) is not None


def _solved(path: Path, settings: Settings) -> Side:
    from optimizer.answer.manifest import write_manifest
    from optimizer.answer.side import side_of_manifest
    from optimizer.inquiry import open_answer

    answered = open_answer(path, settings)
    answered.require_answer()
    return side_of_manifest(str(path), write_manifest(answered.instance, answered.solution))
