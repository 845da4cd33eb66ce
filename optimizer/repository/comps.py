"""comps.xml: groups of package names, and environments as the groups they are made of.

Read here and not by libcomps, which crashes the interpreter on well-formed files of an unexpected shape; the
tests compare the two on the files of real distributions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO, TypeVar

from optimizer.repository.error import BadRepositoryData
from optimizer.repository.markup import MarkupError, parse_markup

COMPS_LIMIT = 16 << 20
#: Groups and environments of one file; and the names that environments hold through their groups, all together.
MOST_GROUPS = 20_000
MOST_NAMES = 2_000_000

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Group:
    """A comps group, package names in the file's order; `conditional` pairs a name with the one it waits for."""

    id: str
    name: str
    mandatory: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    conditional: tuple[tuple[str, str], ...] = ()


def read_groups(file: BinaryIO, repository: str = "") -> tuple[Group, ...]:
    """Return the groups of a comps file, then its environments, each with its mandatory groups' packages.

    A group an environment names and the file does not have adds nothing, as in dnf. Raises BadRepositoryData.
    Source: comps.rng of libcomps.
    """
    data = file.read(COMPS_LIMIT + 1)
    if len(data) > COMPS_LIMIT:
        raise BadRepositoryData(repository, "", "too large", file="comps", expected=f"at most {COMPS_LIMIT} bytes")
    reader = _Reader()
    try:
        parse_markup(data, start=reader.start, text=reader.text, end=reader.end, doctype=True)
    except MarkupError as error:
        raise BadRepositoryData(repository, "", str(error), file="comps") from error
    if reader.root != "comps":
        raise BadRepositoryData(repository, "", "no comps", file="comps", expected="comps", found=reader.root)
    if len(reader.elements) > MOST_GROUPS:
        raise BadRepositoryData(repository, "", "too many", file="comps", expected=f"at most {MOST_GROUPS} groups")
    groups = tuple(_group(element) for element in reader.elements if element.kind == "group")
    by_id = {group.id: group for group in groups}
    environments = []
    names = 0
    for element in reader.elements:
        if element.kind == "environment":
            members = [by_id[name] for name in dict.fromkeys(name for name, _ in element.members) if name in by_id]
            names += sum(len(part) for group in members for part in _lists(group))
            if names > MOST_NAMES:
                expected = f"environments of at most {MOST_NAMES} packages together"
                raise BadRepositoryData(repository, "", "too many", file="comps", expected=expected)
            environments.append(_united(element.texts.get("id", ""), element.texts.get("name", ""), members))
    return groups + tuple(environments)


def find_group(groups: Iterable[Group], name: str) -> Group | None:
    """Return the group or environment of that id, else of that name; those of several repositories are united."""
    known = tuple(groups)
    found = [group for group in known if group.id == name] or [group for group in known if group.name == name]
    return _united(found[0].id, found[0].name, found) if found else None


@dataclass(slots=True)
class _Element:
    """A `<group>` or `<environment>`: its first id and untranslated name, its members with their attributes."""

    kind: str
    texts: dict[str, str] = field(default_factory=dict)
    members: list[tuple[str, dict[str, str]]] = field(default_factory=list)


_LISTS = {("group", "packagelist", "packagereq"), ("environment", "grouplist", "groupid")}
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"


class _Reader:
    def __init__(self) -> None:
        self.root: str | None = None
        self.elements: list[_Element] = []
        self._path: list[str] = []
        self._attributes: dict[str, str] = {}
        self._words: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        self._path.append(name)
        self._attributes, self._words = attributes, []
        if len(self._path) == 2 and len(self.elements) <= MOST_GROUPS:  # one more than is allowed, to know of it
            self.elements.append(_Element(name))

    def text(self, words: str) -> None:
        self._words.append(words)

    def end(self, name: str) -> None:
        below, words = tuple(self._path[1:]), "".join(self._words).strip()
        if len(below) == 2 and name in {"id", "name"} and _LANGUAGE not in self._attributes:
            self.elements[-1].texts.setdefault(name, words)
        elif below in _LISTS and words:
            self.elements[-1].members.append((words, self._attributes))
        self._path.pop()
        self._words = []


def _group(element: _Element) -> Group:
    # A type that is not written is mandatory, as in libcomps.
    kinds = [(name, attributes.get("type", "mandatory"), attributes) for name, attributes in element.members]

    def names(kind: str) -> tuple[str, ...]:
        return tuple(name for name, of_kind, _ in kinds if of_kind == kind)

    waiting = [(name, attributes.get("requires", "")) for name, kind, attributes in kinds if kind == "conditional"]
    return Group(
        element.texts.get("id", ""),
        element.texts.get("name", ""),
        names("mandatory"),
        names("default"),
        names("optional"),
        tuple((name, requires) for name, requires in waiting if requires),
    )


def _lists(group: Group) -> tuple[tuple[object, ...], ...]:
    return group.mandatory, group.default, group.optional, group.conditional


def _united(identity: str, name: str, groups: list[Group]) -> Group:
    return Group(
        identity,
        name,
        _union(group.mandatory for group in groups),
        _union(group.default for group in groups),
        _union(group.optional for group in groups),
        _union(group.conditional for group in groups),
    )


def _union(parts: Iterable[tuple[_Item, ...]]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))
