"""`extends`: a problem file that takes over another's keys and says only what differs.

Merged key by key are the mappings of `MERGED`; the lists of `ADDED` grow by the extending file's items, after
`features.without` took away some of the base's, each by its text. Everything else replaces: a row of equivalents, a
size, any other list, and an empty value, which takes the base's away. `format`, `name`, `extends` and `without` are
each file's own.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import msgspec

from optimizer.problem.document import Document, KeyPath, Place, Tree, read_document, show
from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.file import read_file
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import Position

MAX_CHAIN = 8
MERGED: frozenset[KeyPath] = frozenset(
    (
        (),
        ("equivalents",),
        ("features",),
        ("limits",),
        ("limits", "feature_groups"),
        ("policy",),
        ("sizes",),
        ("sizes", "packages"),
        ("sizes", "estimate"),
    )
)
ADDED: frozenset[KeyPath] = frozenset(("features", key) for key in ("required", "optional", "forbidden"))

_EXTENDS: KeyPath = ("extends",)
_WITHOUT: KeyPath = ("features", "without")
_OWN: frozenset[KeyPath] = frozenset((("format",), ("name",), _EXTENDS, _WITHOUT))


def read_extended(path: Path) -> Document:
    """Return the problem file at `path` with all it extends in one document, every value at the place it comes from.

    Raises ProblemError: a file of the chain that cannot be read or has mistakes of form, a loop, too long a chain.
    """
    return extend_document(_read(str(path), Position(str(path), 1, ""), str(path)))


def extend_document(first: Document) -> Document:
    """Return a document that was read already with all it extends, as `read_extended` does."""
    chain = _read_chain(first)
    mistakes = tuple(mistake for document in chain for _, mistake in document.mistakes)
    if mistakes and len(chain) > 1:
        raise ProblemError(mistakes)
    *extending, whole = chain
    for document in reversed(extending):
        whole = _Merger(whole, document).merge()
    return whole


def feature_text(item: Tree) -> str | None:
    """Return the text by which `without` names an item of a list of features; None where the item is no feature."""
    if not isinstance(item, dict):
        return item if isinstance(item, str) else None
    require = item.get("require")
    if isinstance(require, str):
        return require
    group = require.get("group") if isinstance(require, dict) else item.get("group")
    return f"group: {group}" if isinstance(group, str) else None


def _read_chain(first: Document) -> list[Document]:
    """Return the documents from the extending file to the one that extends nothing."""
    chain = [first]
    files = [os.path.realpath(first.file)]  # Path.resolve raises for a loop of links
    while (name := _base_name(chain[-1])) is not None:
        last = chain[-1]
        position = last.position(_EXTENDS)
        shown = str(Path(last.file).parent / name)
        resolved = os.path.realpath(shown)
        told = " -> ".join((*(document.file for document in chain), shown))
        if resolved in files:
            _refuse(position, "a file that does not extend this one", f"the loop {told}")
        if len(chain) == MAX_CHAIN:
            _refuse(position, f"at most {MAX_CHAIN} files in a chain", f"the longer {told}")
        document = _read(shown, position, name)
        if not isinstance(document.value, dict):
            _refuse(document.position(()), "a mapping", show(document.value))
        chain.append(document)
        files.append(resolved)
    return chain


def _read(file: str, position: Position, name: str) -> Document:
    try:
        content = read_file(Path(file))
    except OSError as error:
        found = str(error.strerror) if name == file else f"{show(name)} ({error.strerror})"
        _refuse(position, "a readable file", found)
    return read_document(file, content)


def _base_name(document: Document) -> str | None:
    value = document.value.get("extends") if isinstance(document.value, dict) else None
    if value is None:
        return None
    if (
        not isinstance(value, str)
        or not value.strip()
        or value.startswith(("/", "~"))
        or "://" in value
        or "\0" in value
    ):
        _refuse(document.position(_EXTENDS), "a problem file, by its path relative to this one", show(value))
    return value


def _refuse(position: Position, expected: str, found: str) -> NoReturn:
    raise ProblemError((Mistake(position, expected, found),))


class _Merger(msgspec.Struct):
    """One step of a chain: `own` extends `base`; notes where each value of the result was written."""

    base: Document
    own: Document
    places: dict[KeyPath, Place] = msgspec.field(default_factory=dict)
    mistakes: list[tuple[KeyPath, Mistake]] = msgspec.field(default_factory=list)
    unwanted: set[str] = msgspec.field(default_factory=set)

    def merge(self) -> Document:
        base, own = self.base.value, self.own.value
        assert isinstance(base, dict)
        assert isinstance(own, dict)
        self._read_without(base.get("features"), own.get("features"))
        self.places[()] = self.own.place(())
        value = self._mapping((), base, own)
        files = (*self.own.files, *self.base.files)
        return Document(self.own.file, value, {}, tuple(self.mistakes), self.places, files)

    def _read_without(self, base: Tree, own: Tree) -> None:
        listed = own.get("without") if isinstance(own, dict) else None
        lists = [base.get(str(key)) for _, key in ADDED] if isinstance(base, dict) else []
        items = [item for items in lists if isinstance(items, list) for item in items]
        known = {text for item in items if (text := feature_text(item)) is not None}
        for index, name in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(name, str):
                self.unwanted.add(name)
                if name not in known:
                    self._blame_without((*_WITHOUT, index), name, known)

    def _blame_without(self, path: KeyPath, name: str, known: set[str]) -> None:
        expected = f"a feature of {self.base.file}, as it is written there"
        self.mistakes.append((path, Mistake(self.own.position(path), expected, show(name), nearest(name, known))))

    def _mapping(self, path: KeyPath, base: dict[str, Tree], own: dict[str, Tree]) -> dict[str, Tree]:
        merged: dict[str, Tree] = {}
        for key in dict.fromkeys((*base, *own)):
            here = (*path, key)
            if key in own and (key not in base or here in _OWN):
                merged[key] = self._take(self.own, own[key], here, here)
            elif key in own:
                merged[key] = self._both(here, base[key], own[key])
            elif here not in _OWN:
                merged[key] = self._kept(here, base[key])
        return merged

    def _kept(self, path: KeyPath, value: Tree) -> Tree:
        """Take a value of the base that the extending file does not speak of, without what it removes inside."""
        self.places[path] = self.base.place(path)
        if path in MERGED and isinstance(value, dict):
            return self._mapping(path, value, {})
        if path in ADDED and isinstance(value, list):
            return self._list(path, value, [])
        return self._take(self.base, value, path, path)

    def _both(self, path: KeyPath, base: Tree, own: Tree) -> Tree:
        self.places[path] = self.own.place(path)
        if path in MERGED and isinstance(base, dict) and isinstance(own, dict):
            return self._mapping(path, base, own)
        if path in ADDED and isinstance(base, list) and isinstance(own, list):
            return self._list(path, base, own)
        return self._take(self.own, own, path, path)

    def _list(self, path: KeyPath, base: list[Tree], own: list[Tree]) -> list[Tree]:
        kept = [
            (self.base, index, item) for index, item in enumerate(base) if feature_text(item) not in self.unwanted
        ]
        added = [(self.own, index, item) for index, item in enumerate(own)]
        return [
            self._take(document, item, (*path, index), (*path, new))
            for new, (document, index, item) in enumerate((*kept, *added))
        ]

    def _take(self, document: Document, value: Tree, old: KeyPath, new: KeyPath) -> Tree:
        """Return `value`, which stands at `old` in its document and at `new` in the result, its places noted."""
        self.places[new] = document.place(old)
        keys: list[str | int] = list(range(len(value))) if isinstance(value, list) else []
        if isinstance(value, dict):
            keys = list(value)
        for key in keys:
            self._take(document, value[key], (*old, key), (*new, key))  # type: ignore[index]  # its own keys
        return value
