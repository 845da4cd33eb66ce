"""A YAML file as plain values, each with its line: what the rest of the room reads and blames.

Events rather than PyYAML's own constructor: it keeps lines, sees duplicate keys and aliases, needs no recursion
(so hostile nesting ends in a mistake, not a crash), and reads scalars by YAML 1.2's core schema, in which `no` and
`on` are words and a date is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import msgspec
import yaml

from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.file import checksum
from optimizer.problem.problem import Position

Tree = str | int | float | bool | list["Tree"] | dict[str, "Tree"] | None
KeyPath = tuple[str | int, ...]

_MAX_DEPTH = 32

#: Keys and values of one file: each costs half a kilobyte, and a mistake if it is one.
MOST_VALUES = 250_000

_CORE = "tag:yaml.org,2002:"
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_PREFIXED = re.compile(r"0o[0-7]{1,30}|0x[0-9a-fA-F]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)(e[-+]?[0-9]+)?|[-+]?\.inf|\.nan")
# Ranges that end near the surrogates take the compiler of expressions ten times as long as all of ASCII.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_YAML = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_+-]+")


class Place(msgspec.Struct, frozen=True):
    """Where a value was written: the file as shown to people, the line, and the key path there."""

    file: str
    line: int
    path: KeyPath


@dataclass(frozen=True, slots=True)
class Document:
    """A file's value, the line of every key path in it, and the mistakes of its form; `file` as shown to people.

    A document made of several files has `places` instead of lines: what each key path was where it was written.
    `files` are those it was read from, each as shown to people and by its checksum.
    """

    file: str
    value: Tree
    lines: dict[KeyPath, int]
    mistakes: tuple[tuple[KeyPath, Mistake], ...] = ()
    places: dict[KeyPath, Place] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()

    def place(self, path: KeyPath) -> Place:
        """Return where `path` was written, or would stand in the nearest thing that holds it."""
        known = path
        while known and known not in self.places and known not in self.lines:
            known = known[:-1]
        if known in self.places:
            place = self.places[known]
            return Place(place.file, place.line, (*place.path, *path[len(known) :]))
        return Place(self.file, self.lines.get(known, 1), path)

    def position(self, path: KeyPath) -> Position:
        """Return the same for people."""
        place = self.place(path)
        return Position(place.file, place.line, spell_path(place.path))


def spell_path(path: KeyPath) -> str:
    """Return a key path as text, `a.b[2].c`; a key that is no plain word stands quoted in brackets."""
    text = ""
    for key in path:
        if isinstance(key, str) and _PLAIN_KEY.fullmatch(key):
            text += f".{key}" if text else key
        else:
            text += f"[{key!r}]"
    return text


def show(value: Tree) -> str:
    """Return a value as the `found` of a mistake: short, and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    return str(value)


def read_document(file: str, content: bytes) -> Document:
    """Return the one YAML document in `content`, told apart from its lines.

    Duplicate keys, anchors, aliases and foreign tags are mistakes of the returned document. Raises ProblemError
    where no value can be had: not UTF-8, a syntax error, too deep, more than one document.
    """
    text = _decode(file, content)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        found = " ".join(part for part in (error.problem, error.context) if part)
        line = mark.line + 1 if mark else 1
        column = mark.column + 1 if mark else 1
        raise _unreadable(file, line, "valid YAML", f"a syntax error in column {column}: {found}") from error
    except yaml.YAMLError as error:
        raise _unreadable(file, 1, "valid YAML", " ".join(str(error).split())) from error
    return Document(file, builder.root, builder.lines, tuple(builder.mistakes), files=((file, checksum(content)),))


def _unreadable(file: str, line: int, expected: str, found: str) -> ProblemError:
    return ProblemError((Mistake(Position(file, line, ""), expected, found),))


def _decode(file: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(file, line, "UTF-8 text", f"byte 0x{content[error.start]:02x}") from error
    odd = _CONTROL.search(text) if text.isascii() else re.search(_NOT_YAML, text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        raise _unreadable(file, line, "printable text", f"the character U+{ord(odd.group()):04X}")
    return text


def _resolve(text: str) -> Tree:
    """Return a plain scalar's value by the YAML 1.2 core schema; integers past 30 digits lose some."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _PREFIXED.fullmatch(text):
        return int(text, 0)
    number = text.lower()
    return float(number.replace(".inf", "inf").replace(".nan", "nan")) if _FLOAT.fullmatch(number) else text


class _Frame(msgspec.Struct):
    """An open collection; in a mapping `key` is the key whose value is awaited, None where a key is."""

    container: list[Tree] | dict[str, Tree]
    path: KeyPath
    key: str | None = None
    discard: bool = False


class _Builder(msgspec.Struct):
    file: str
    root: Tree = None
    lines: dict[KeyPath, int] = msgspec.field(default_factory=dict)
    mistakes: list[tuple[KeyPath, Mistake]] = msgspec.field(default_factory=list)
    frames: list[_Frame] = msgspec.field(default_factory=list)
    documents: int = 0
    values: int = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _unreadable(self.file, line, "one YAML document", "the start of another")
        elif isinstance(event, yaml.NodeEvent) and self._are_too_many():
            raise _unreadable(self.file, line, f"at most {MOST_VALUES} keys and values", "more")
        elif isinstance(event, yaml.AliasEvent):
            self._blame(line, "a value written out", f"the alias *{event.anchor}")
            self._place(None, line)
        elif isinstance(event, yaml.ScalarEvent):
            self._anchor(event, line)
            self._scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._anchor(event, line)
            self._open(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close()

    def _are_too_many(self) -> bool:
        self.values += 1
        return self.values > MOST_VALUES

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if self._awaits_key():
            self._key(event, line)
            return
        plain = event.implicit[0] and event.tag is None
        value = _resolve(event.value) if plain else event.value
        if event.tag is not None and event.tag not in ("!", f"{_CORE}str"):
            value = _resolve(event.value)
            kinds = {bool: "bool", int: "int", float: "float", str: "str", type(None): "null"}
            if event.tag != f"{_CORE}{kinds[type(value)]}":
                self._blame(line, "a plain value", f"the tag {event.tag}")
        self._place(value, line)

    def _awaits_key(self) -> bool:
        return bool(self.frames) and isinstance(self.frames[-1].container, dict) and self.frames[-1].key is None

    def _key(self, event: yaml.ScalarEvent, line: int) -> None:
        frame = self.frames[-1]
        frame.key, frame.discard = event.value, False
        path = (*frame.path, event.value)
        assert isinstance(frame.container, dict)
        if event.tag not in (None, "!", f"{_CORE}str"):
            self._blame(line, "a key without a tag", f"the tag {event.tag}")
        if event.value in frame.container:
            self._blame(line, "each key once", f"it again (first on line {self.lines[path]})")
            frame.discard = True
        self.lines.setdefault(path, line)

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, line: int) -> None:
        if len(self.frames) >= _MAX_DEPTH:
            raise _unreadable(self.file, line, f"at most {_MAX_DEPTH} levels", "deeper nesting")
        kind = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
        if event.tag not in (None, "!", f"{_CORE}{kind}"):
            self._blame(line, "a plain value", f"the tag {event.tag}")
        if self._awaits_key():
            self._blame(line, "text as key", "a mapping" if kind == "map" else "a list")
        path = self._path()
        self.lines.setdefault(path, line)
        self.frames.append(_Frame({} if kind == "map" else [], path))

    def _close(self) -> None:
        frame = self.frames.pop()
        if self._awaits_key():
            self.frames[-1].key, self.frames[-1].discard = "", True
        else:
            self._place(frame.container, self.lines[frame.path])

    def _path(self) -> KeyPath:
        """Return the path of the value that begins now."""
        if not self.frames:
            return ()
        frame = self.frames[-1]
        return (*frame.path, len(frame.container) if isinstance(frame.container, list) else frame.key or "")

    def _place(self, value: Tree, line: int) -> None:
        path = self._path()
        self.lines.setdefault(path, line)
        if not self.frames:
            self.root = value
            return
        frame = self.frames[-1]
        if isinstance(frame.container, list):
            frame.container.append(value)
            return
        if frame.key is None:
            frame.key, frame.discard = "", True
            return
        if not frame.discard:
            frame.container[frame.key] = value
        frame.key = None

    def _anchor(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        if event.anchor is not None:
            self._blame(line, "a value without an anchor", f"the anchor &{event.anchor}")

    def _blame(self, line: int, expected: str, found: str) -> None:
        path = self._path()
        self.mistakes.append((path, Mistake(Position(self.file, line, spell_path(path)), expected, found)))
