"""Where a tree does not have the shape it should have: every place, not only the first."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

import msgspec
import msgspec.inspect as kinds

from optimizer.problem.document import KeyPath, Tree, show
from optimizer.problem.nearest import nearest


class Misfit(msgspec.Struct, frozen=True):
    """A place whose value is not of the expected type; `path` is absolute in the tree."""

    path: KeyPath
    expected: str
    found: str
    nearest: tuple[str, ...] = ()


class _Option(msgspec.Struct, frozen=True):
    """One alternative of a type, and the words for what it accepts."""

    kind: kinds.Type
    words: str
    pattern: str | None = None

    def is_of_kind(self, value: Tree) -> bool:
        """Return whether `value` is of the YAML kind this alternative is about, right or wrong in detail."""
        kind = self.kind
        if isinstance(kind, kinds.EnumType | kinds.LiteralType):
            return any(type(value) is type(choice) for choice in _choices(kind))
        return type(value) is _PYTHON_TYPES[type(kind)]

    def accepts(self, value: Tree) -> bool:
        """Return whether a scalar of this kind is right in detail too."""
        kind = self.kind
        if isinstance(kind, kinds.EnumType | kinds.LiteralType):
            return value in _choices(kind)
        if isinstance(kind, kinds.StrType):
            return self.pattern is None or re.fullmatch(self.pattern, str(value)) is not None
        if isinstance(kind, kinds.IntType):
            assert isinstance(value, int)
            return (kind.ge is None or value >= kind.ge) and (kind.le is None or value <= kind.le)
        return True


_PYTHON_TYPES: dict[type[kinds.Type], type] = {
    kinds.StrType: str,
    kinds.IntType: int,
    kinds.BoolType: bool,
    kinds.NoneType: type(None),
    kinds.VarTupleType: list,
    kinds.DictType: dict,
    kinds.StructType: dict,
}


@functools.cache
def kind_of(shape: type[msgspec.Struct]) -> kinds.Type:
    """Return a shape as msgspec.inspect tells it; asked once, for it takes longer than reading a problem."""
    return kinds.type_info(shape)


def misfits(value: Tree, kind: kinds.Type, path: KeyPath = ()) -> Iterator[Misfit]:
    """Yield each place under `value` that does not fit `kind`, a type as msgspec.inspect tells it.

    Where a type has alternatives, those of the value's own YAML kind (text, number, list, mapping) are meant.
    """
    options = tuple(_options(kind))
    meant = [option for option in options if option.is_of_kind(value)]
    if not meant:
        texts = any(isinstance(option.kind, kinds.StrType) for option in options)
        hint = " (quotes make it text)" if texts and isinstance(value, bool | int | float) else ""
        yield Misfit(path, _describe(options), show(value) + hint)
    elif isinstance(value, dict):
        yield from _mapping_misfits(value, meant[0].kind, path)
    elif isinstance(value, list):
        yield from _list_misfits(value, meant[0].kind, path)
    elif not any(option.accepts(value) for option in meant):
        words = [str(choice) for option in meant for choice in _choices(option.kind)]
        near = nearest(value, words) if isinstance(value, str) else ()
        yield Misfit(path, _describe(meant), show(value), near)


def _mapping_misfits(value: dict[str, Tree], kind: kinds.Type, path: KeyPath) -> Iterator[Misfit]:
    if isinstance(kind, kinds.StructType):
        yield from _struct_misfits(value, kind, path)
        return
    assert isinstance(kind, kinds.DictType)
    for key, item in value.items():
        yield from misfits(key, kind.key_type, (*path, key))
        yield from misfits(item, kind.value_type, (*path, key))


def _struct_misfits(value: dict[str, Tree], kind: kinds.StructType, path: KeyPath) -> Iterator[Misfit]:
    fields = {field.encode_name: field for field in kind.fields}
    unknown = {key: nearest(key, fields.keys() - value.keys()) for key in value if key not in fields}
    misspelt = {choice for choices in unknown.values() for choice in choices[:1]}
    for key, field in fields.items():
        if key in value:
            yield from misfits(value[key], field.type, (*path, key))
        elif field.required and key not in misspelt:
            yield Misfit((*path, key), _describe(tuple(_options(field.type))), "no such key")
    for key, choices in unknown.items():
        yield Misfit((*path, key), f"one of the keys {', '.join(fields)}", show(key), choices)


def _list_misfits(value: list[Tree], kind: kinds.Type, path: KeyPath) -> Iterator[Misfit]:
    assert isinstance(kind, kinds.VarTupleType)
    if len(value) < (kind.min_length or 0):
        yield Misfit(path, "a list of at least one", "an empty list")
    for index, item in enumerate(value):
        yield from misfits(item, kind.item_type, (*path, index))


def _options(kind: kinds.Type, words: str = "", pattern: str | None = None) -> Iterator[_Option]:
    """Yield the alternatives of a type, unions and annotations unwrapped."""
    if isinstance(kind, kinds.Metadata):
        words = words or (kind.extra or {}).get("expected", "")
        yield from _options(kind.type, words, pattern or (kind.extra_json_schema or {}).get("pattern"))
    elif isinstance(kind, kinds.UnionType):
        for option in kind.types:
            yield from _options(option)
    else:
        yield _Option(kind, words or _words(kind), pattern)


def _choices(kind: kinds.Type) -> tuple[str | int, ...]:
    if isinstance(kind, kinds.EnumType):
        return tuple(member.value for member in kind.cls)
    return tuple(value for value in kind.values if value is not None) if isinstance(kind, kinds.LiteralType) else ()


def _words(kind: kinds.Type) -> str:
    """Return what a type accepts, in the words of a mistake's `expected`."""
    choices = _choices(kind)
    if choices:
        return f"one of {', '.join(map(str, choices))}" if len(choices) > 1 else str(choices[0])
    if isinstance(kind, kinds.StructType):
        required = [field.encode_name for field in kind.fields if field.required]
        return f"a mapping with {' and '.join(required)}" if required else "a mapping"
    if isinstance(kind, kinds.IntType) and kind.ge is not None:
        return f"an integer from {kind.ge} to {kind.le}"
    return _PLAIN_WORDS[type(kind)]


_PLAIN_WORDS: dict[type[kinds.Type], str] = {
    kinds.StrType: "text",
    kinds.IntType: "an integer",
    kinds.BoolType: "true or false",
    kinds.NoneType: "nothing",
    kinds.VarTupleType: "a list",
    kinds.DictType: "a mapping",
}


def _describe(options: Sequence[_Option]) -> str:
    """Join the alternatives; that an optional key may stand empty goes without saying."""
    words = dict.fromkeys(option.words for option in options if not isinstance(option.kind, kinds.NoneType))
    return " or ".join(words) or "nothing"
