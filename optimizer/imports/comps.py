"""comps.xml: the packages of its groups; the conditional ones as rich dependencies."""

from __future__ import annotations

import re
from io import BytesIO

from optimizer.imports.error import BadImportError
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.request import At, Request
from optimizer.imports.source import Source
from optimizer.problem.nearest import nearest
from optimizer.repository.comps import Group, find_group, read_groups
from optimizer.repository.error import BadRepositoryData

_MEMBER = re.compile(r"<packagereq\b[^<>]*>([^<>]*)<")


def _recognise(probe: Probe) -> bool:
    return probe.root == "comps"


def _read(source: Source, terms: Terms) -> Request:
    """Take the groups that the chosen profiles name, all of them where none is chosen."""
    try:
        groups = read_groups(BytesIO(source.text.encode()))
    except BadRepositoryData as error:
        raise BadImportError(source.path, f"expected comps.xml, found: {error}") from error
    note = "comps does not say; dnf follows them by default"
    request = Request("comps-group", source.path, arch=terms.arch, weak=True, weak_note=note)
    request.profiles.update(terms.profiles)
    lines = _lines(source)
    for group in _chosen(source, groups, terms.profiles):
        _members(request, source, group, lines)
    return request


def _chosen(source: Source, groups: tuple[Group, ...], names: tuple[str, ...]) -> list[Group]:
    found = []
    for name in names:
        group = find_group(groups, name)
        if group is None:
            near = nearest(name, [known.id for known in groups])
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise BadImportError(source.path, f"expected a group {name!r}, found none{hint}")
        found.append(group)
    return found if names else list(groups)


def _members(request: Request, source: Source, group: Group, lines: dict[str, int]) -> None:
    def at(name: str) -> At:
        return At(source.path, lines.get(name))

    for name in (*group.mandatory, *group.default):
        request.want(name, at(name))
    for name in group.optional:
        request.want(name, at(name), optional=True)
    for name, condition in group.conditional:
        request.want(f"({name} if {condition})", at(name))


def _lines(source: Source) -> dict[str, int]:
    """Return the first line of each member; the reader of comps files keeps none."""
    found: dict[str, int] = {}
    for number, line in source.lines():
        for name in _MEMBER.findall(line):
            found.setdefault(name.strip(), number)
    return found


FORMAT = Format("comps.xml", _recognise, _read)
