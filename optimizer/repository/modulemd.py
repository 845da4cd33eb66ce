"""modules.yaml as values: one for each modulemd document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from optimizer.repository.error import BadRepositoryData

if TYPE_CHECKING:
    from yaml import BaseLoader

MODULES_LIMIT = 32 << 20
#: Beginnings, ends and texts of a modules file; that of CentOS Stream 9 AppStream has 6,794.
MOST_EVENTS = 1_000_000

_DEEPEST = 64

Requires = tuple[tuple[str, tuple[str, ...]], ...]
"""Modules a stream needs, each with the streams that fit: none named means any, `-name` means any but that."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One modulemd document; `artifacts` are written `name-epoch:version-release.arch`.

    `requires` are alternatives, of which one must hold.
    """

    module: str
    stream: str
    version: int
    context: str
    artifacts: tuple[str, ...] = ()
    requires: tuple[Requires, ...] = ()
    demodularized: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.module}:{self.stream}"


@dataclass(frozen=True, slots=True)
class DefaultStream:
    """One modulemd-defaults document that names a stream; the latest `modified` of a module counts."""

    module: str
    stream: str
    modified: int = 0


def read_documents(file: BinaryIO, repository: str) -> tuple[tuple[Stream, ...], tuple[DefaultStream, ...]]:
    """Return the streams (modulemd, version 2) and defaults (modulemd-defaults, version 1) of a modules file.

    Documents of other kinds and versions are passed over. Raises BadRepositoryData.
    Source: libmodulemd, yaml_specs.
    """
    import yaml

    # Every scalar stays text: stream 1.10 is not the number 1.1. No tag can make an object.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    data = file.read(MODULES_LIMIT + 1)
    if len(data) > MODULES_LIMIT:
        raise BadRepositoryData(
            repository, "", "too large", file="modules", expected=f"at most {MODULES_LIMIT} bytes"
        )
    streams: list[Stream] = []
    defaults: list[DefaultStream] = []
    try:
        _check_events(data, loader)
        for document in yaml.load_all(data, loader):
            kind = (document.get("document"), document.get("version")) if isinstance(document, dict) else None
            if kind == ("modulemd", "2"):
                streams.append(_stream(_Node(document, "document").child("data")))
            elif kind == ("modulemd-defaults", "1"):
                defaults.extend(_default(_Node(document, "document").child("data")))
    except yaml.YAMLError as error:
        raise BadRepositoryData(repository, "", str(error), file="modules") from error
    except _ShapeError as error:
        raise BadRepositoryData(repository, "", "wrong shape", file="modules", expected=str(error)) from error
    return tuple(streams), tuple(defaults)


def _check_events(data: bytes, loader: type[BaseLoader]) -> None:
    """Events come without recursion, documents do not: deep ones overflow the C stack and end the interpreter.

    An alias, which libmodulemd knows as little, could stand for a million lines each time.
    """
    import yaml

    depth = 0
    for count, event in enumerate(yaml.parse(data, loader)):
        if count == MOST_EVENTS:
            raise _ShapeError(f"at most {MOST_EVENTS} events")
        if isinstance(event, yaml.AliasEvent):
            raise _ShapeError(f"no aliases, as *{event.anchor}")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise _ShapeError(f"at most {_DEEPEST} levels of nesting")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _ShapeError(ValueError):
    """What was expected, and where."""


_Value = TypeVar("_Value", str, dict, list)  # type: ignore[type-arg]


class _Node:
    """A YAML mapping whose values have known shapes; `where` is its key path."""

    def __init__(self, mapping: dict[str, object], where: str) -> None:
        self.mapping, self.where = mapping, where

    def child(self, key: str) -> _Node:
        return _Node(self._get(key, dict, dict), f"{self.where}.{key}")

    def text(self, key: str) -> str:
        value = self._get(key, str, str)
        if not value:
            raise _ShapeError(f"{self.where}.{key} to be given")
        return value

    def number(self, key: str) -> int:
        value = self._get(key, str, str) or "0"
        if not (value.isascii() and value.isdigit() and len(value) < 20):
            raise _ShapeError(f"{self.where}.{key} to be a number, not {value!r}")
        return int(value)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._get(key, list, list)
        if not all(isinstance(value, str) for value in values):
            raise _ShapeError(f"{self.where}.{key} to be a list of texts")
        return tuple(values)

    def children(self, key: str) -> tuple[_Node, ...]:
        values = self._get(key, list, list)
        if not all(isinstance(value, dict) for value in values):
            raise _ShapeError(f"{self.where}.{key} to be a list of mappings")
        return tuple(_Node(value, f"{self.where}.{key}[{index}]") for index, value in enumerate(values))

    def _get(self, key: str, kind: type[_Value], empty: Callable[[], _Value]) -> _Value:
        value = self.mapping.get(key)
        if value is None or value == "":
            return empty()
        if not isinstance(value, kind):
            raise _ShapeError(f"{self.where}.{key} to be a {kind.__name__}")
        return value


def _stream(data: _Node) -> Stream:
    requires = (dependency.child("requires") for dependency in data.children("dependencies"))
    return Stream(
        data.text("name"),
        data.text("stream"),
        data.number("version"),
        data.text("context") if data.mapping.get("context") else "",
        tuple(_with_epoch(artifact) for artifact in data.child("artifacts").texts("rpms")),
        tuple(tuple((module, node.texts(module)) for module in node.mapping) for node in requires),
        data.child("demodularized").texts("rpms"),
    )


def _default(data: _Node) -> tuple[DefaultStream, ...]:
    if not data.mapping.get("stream"):
        return ()
    return (DefaultStream(data.text("module"), data.text("stream"), data.number("modified")),)


def _with_epoch(artifact: str) -> str:
    name, *evr = artifact.rsplit("-", 2)
    if len(evr) != 2 or not name:
        raise _ShapeError(f"artifact {artifact!r} to be name-epoch:version-release.arch")
    return artifact if ":" in evr[0] else f"{name}-0:{evr[0]}-{evr[1]}"
