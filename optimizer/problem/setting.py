"""A problem file with some of its values replaced from outside: key paths as text, and the document they change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import msgspec.inspect as kinds

from optimizer.problem.document import Document, KeyPath, Tree, spell_path
from optimizer.problem.shape import ProblemShape

_STEP = re.compile(r"\.?([A-Za-z0-9_+-]+)|\[([0-9]{1,6})\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
#: Keys that are spent before a problem is read, or that tell runs apart.
NOT_SET = frozenset({("format",), ("name",), ("extends",), ("features", "without")})


class UnknownKeyError(ValueError):
    """A key path that a problem file cannot have: the path, the part that is wrong, and what could stand there."""

    def __init__(self, path: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(path, name, known)
        self.path, self.name, self.known = path, name, known

    def __str__(self) -> str:
        if not self.known:
            return f"{self.path}: no key of a problem file"
        return f"{self.path}: {self.name!r} is none of {', '.join(self.known)}"


def read_key_path(text: str) -> KeyPath:
    """Return the key path that `spell_path` spells as `text`; raises UnknownKeyError."""
    keys: list[str | int] = []
    place = 0
    while place < len(text):
        match = _STEP.match(text, place)
        if match is None:
            break
        word, index, *quoted = match.groups()
        keys.append(int(index) if index else next(held for held in (word, *quoted) if held is not None))
        place = match.end()
    if place < len(text) or not keys or text.startswith("."):
        raise UnknownKeyError(text, text[place:], ())
    return tuple(keys)


def check_key_path(path: KeyPath, document: Document) -> None:
    """Raise UnknownKeyError unless a problem file can have a value there; a list must already be that long."""
    spelt = spell_path(path)
    if path in NOT_SET:
        raise UnknownKeyError(spelt, str(path[-1]), ())
    kind: kinds.Type = kinds.type_info(ProblemShape)
    value: Tree = document.value
    for key in path:
        options = list(_options(kind))
        if isinstance(key, int):
            there = len(value) if isinstance(value, list) else 0
            items = next((held.item_type for held in options if isinstance(held, kinds.VarTupleType)), None)
            if items is None or key >= there:
                raise UnknownKeyError(spelt, f"[{key}]", tuple(f"[{index}]" for index in range(min(there, 9))))
            assert isinstance(value, list)
            kind, value = items, value[key]
            continue
        kind = _value_kind(options, key, spelt)
        value = value.get(key) if isinstance(value, dict) else None


def with_values(document: Document, values: Mapping[KeyPath, Tree]) -> Document:
    """Return a document with values put in, each at the place of what it replaces or would stand in."""
    changed: Any = deepcopy(document.value)
    for path, value in values.items():
        inside = changed
        for key in path[:-1]:
            if isinstance(inside, dict) and not isinstance(inside.get(key), dict | list):
                inside[key] = {}
            inside = inside[key]
        inside[path[-1]] = deepcopy(value)
    return replace(document, value=changed)


def _value_kind(options: Iterable[kinds.Type], key: str, spelt: str) -> kinds.Type:
    known: list[str] = []
    for option in options:
        if isinstance(option, kinds.StructType):
            fields = {field.encode_name: field.type for field in option.fields}
            if key in fields:
                return fields[key]
            known += fields
        elif isinstance(option, kinds.DictType):
            return option.value_type
    raise UnknownKeyError(spelt, key, tuple(known))


def _options(kind: kinds.Type) -> Iterable[kinds.Type]:
    if isinstance(kind, kinds.Metadata):
        yield from _options(kind.type)
    elif isinstance(kind, kinds.UnionType):
        for option in kind.types:
            yield from _options(option)
    else:
        yield kind
