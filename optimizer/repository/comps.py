"""comps.xml: groups of package names, and environments as the groups they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from optimizer.repository.error import BadRepositoryData
from optimizer.repository.markup import MarkupError, parse_markup

if TYPE_CHECKING:
    import libcomps

COMPS_LIMIT = 64 << 20

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
    """
    data = file.read(COMPS_LIMIT + 1)
    if len(data) > COMPS_LIMIT:
        raise BadRepositoryData(repository, "", "too large", file="comps", expected=f"at most {COMPS_LIMIT} bytes")
    roots: list[str] = []
    try:
        parse_markup(data, start=lambda name, _attributes: roots.append(name), doctype=True)
        text = data.decode()
    except (MarkupError, UnicodeDecodeError) as error:
        raise BadRepositoryData(repository, "", str(error), file="comps") from error
    if roots[0] != "comps":
        raise BadRepositoryData(repository, "", "no comps", file="comps", expected="comps", found=roots[0])
    comps = _parse(text, repository)
    groups = tuple(_group(group) for group in comps.groups)
    return groups + tuple(_environment(environment, groups) for environment in comps.environments)


def find_group(groups: Iterable[Group], name: str) -> Group | None:
    """Return the group or environment of that id, else of that name; those of several repositories are united."""
    known = tuple(groups)
    found = [group for group in known if group.id == name] or [group for group in known if group.name == name]
    return _united(found[0].id, found[0].name, found) if found else None


def _parse(text: str, repository: str) -> libcomps.Comps:
    import libcomps

    comps = libcomps.Comps()
    try:
        comps.fromxml_str(text)
    except libcomps.ParserError as error:
        words = " ".join(comps.get_last_errors()) or str(error)
        raise BadRepositoryData(repository, "", words, file="comps") from error
    return comps


def _group(group: Any) -> Group:
    import libcomps

    def names(kind: int) -> tuple[str, ...]:
        return tuple(package.name for package in group.packages if package.type == kind and package.name)

    conditional = tuple(
        (package.name, package.requires)
        for package in group.packages
        if package.type == libcomps.PACKAGE_TYPE_CONDITIONAL and package.name and package.requires
    )
    return Group(
        group.id or "",
        group.name or "",
        names(libcomps.PACKAGE_TYPE_MANDATORY),
        names(libcomps.PACKAGE_TYPE_DEFAULT),
        names(libcomps.PACKAGE_TYPE_OPTIONAL),
        conditional,
    )


def _environment(environment: Any, groups: tuple[Group, ...]) -> Group:
    by_id = {group.id: group for group in groups}
    members = [by_id[member.name] for member in environment.group_ids if member.name in by_id]
    return _united(environment.id or "", environment.name or "", members)


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
