"""JSON and YAML of other tools as plain values with their lines, through the problem file's own bounded reader."""

from __future__ import annotations

import json

from optimizer.imports.error import BadImportError
from optimizer.imports.source import Source
from optimizer.problem.document import Document, KeyPath, Tree, read_document
from optimizer.problem.error import ProblemError


def read_yaml(source: Source) -> Document:
    """Return a YAML file's one document; aliases, duplicate keys and syntax are a BadImportError with their line."""
    try:
        document = read_document(str(source.path), source.text.encode())
    except ProblemError as error:
        raise _bad(source, error) from error
    if document.mistakes:
        raise _bad(source, ProblemError((document.mistakes[0][1],)))
    return document


def read_json(source: Source) -> Document:
    """Return a JSON file's value; raises BadImportError.

    JSON is YAML but for a few escapes and for tabs between values. Where these stand, the lines are not known.
    """
    value = parse_json(source)
    try:
        document = read_document(str(source.path), source.text.replace("\t", " ").encode())
    except ProblemError:
        return Document(str(source.path), value, {})
    if document.mistakes:
        raise _bad(source, ProblemError((document.mistakes[0][1],)))
    return Document(str(source.path), value, document.lines)


def parse_json(source: Source, text: str | None = None, line: int = 0) -> Tree:
    """Return the value of JSON text, of the whole source where none is given; raises BadImportError."""
    try:
        value: Tree = json.loads(source.text if text is None else text)
    except json.JSONDecodeError as error:
        raise BadImportError(source.path, f"expected JSON, found: {error.msg}", line or error.lineno) from error
    except RecursionError as error:
        raise BadImportError(source.path, "expected JSON, found too deep nesting", line or 1) from error
    except ValueError as error:
        raise BadImportError(source.path, "expected JSON, found a number of too many digits", line or 1) from error
    return value


def line_of(document: Document, path: KeyPath) -> int | None:
    """Return the line of a key path, or of the nearest thing that holds it; None where lines are not known."""
    return document.place(path).line if document.lines else None


def _bad(source: Source, error: ProblemError) -> BadImportError:
    mistake = error.mistakes[0]
    where = f" in {mistake.position.path}" if mistake.position.path else ""
    what = f"expected {mistake.expected}{where}, found {mistake.found}"
    return BadImportError(source.path, what, mistake.position.line)
