"""XML from strangers: parsed without entities, so that a small file cannot become a large one."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

DEEPEST = 64
_ENCODINGS = ("UTF-8", "UTF-16", "US-ASCII", "ISO-8859-1")


class MarkupError(ValueError):
    """XML that is not well formed or declares what strangers may not: the line, from 1, and what is wrong there."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line, self.problem = line, problem

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


def parse_markup(
    data: bytes,
    *,
    start: Callable[[str, dict[str, str]], None] | None = None,
    text: Callable[[str], None] | None = None,
    end: Callable[[str], None] | None = None,
    start_at: Callable[[str, dict[str, str], int], None] | None = None,
    doctype: bool = False,
) -> None:
    """Call `start`, `text` and `end` for each element of `data`; names carry their namespace as `uri name`.

    `start_at` takes the place of `start` where the line of each element is wanted, from 1.
    A document type is refused unless `doctype`, entity declarations always, elements within more than DEEPEST others
    too; nothing external is ever read. Raises MarkupError.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise MarkupError(parser.CurrentLineNumber, f"more than {DEEPEST} elements within each other")
        if start_at is not None:
            start_at(name, attributes, parser.CurrentLineNumber)
        elif start is not None:
            start(name, attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name)

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.CharacterDataHandler = text

    def refuse_doctype(*_declaration: object) -> None:
        raise MarkupError(parser.CurrentLineNumber, "a document type is not allowed here")

    def refuse_entity(*_declaration: object) -> None:
        raise MarkupError(parser.CurrentLineNumber, "entity declarations are not allowed")

    def check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
        # For any other, expat asks Python, which raises what nobody here awaits.
        if encoding is not None and encoding.upper() not in _ENCODINGS:
            raise MarkupError(1, f"expected one of the encodings {', '.join(_ENCODINGS)}, found {encoding!r}")

    parser.XmlDeclHandler = check_encoding
    parser.EntityDeclHandler = refuse_entity
    if not doctype:
        parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise MarkupError(error.lineno, expat.ErrorString(error.code)) from None
