"""What the problem asks for, as dependencies: comps groups expanded to the packages they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.problem.dependency import Capability, Dependency, Rich, RichOperator, leaves
from optimizer.problem.problem import CompsGroup, Feature, Problem

if TYPE_CHECKING:
    from optimizer.repository.comps import Group


@dataclass(frozen=True, slots=True)
class Request:
    """One feature: `dependencies` all hold where it does; `from_group` says that comps names them."""

    text: str
    dependencies: tuple[Dependency, ...]
    required: bool
    value: int
    group: str | None
    where: str
    from_group: bool


class UnknownGroupError(Exception):
    """A comps group that no repository has: its name, where it is asked for, and the names there are."""

    def __init__(self, name: str, feature: Feature, known: tuple[str, ...]) -> None:
        super().__init__(name, feature, known)
        self.name, self.feature, self.known = name, feature, known

    def __str__(self) -> str:
        return f"{self.feature.position}: no repository has a comps group {self.name!r}"


def expand_features(problem: Problem, groups: Sequence[Group]) -> tuple[Request, ...]:
    """Return the requests of a problem; a required group becomes one request for each of its packages.

    Mandatory, default and conditional packages, as dnf installs a group. Raises UnknownGroupError.
    """
    requests: list[Request] = []
    for feature in problem.features:
        where = feature.position.brief
        if not isinstance(feature.require, CompsGroup):
            requests.append(_request(feature, str(feature.require), (feature.require,), where))
            continue
        wanted = group_packages(feature.require, feature, groups)
        title = str(feature.require)
        if not feature.required:
            requests.append(_request(feature, title, wanted, where, from_group=True))
            continue
        requests.extend(
            _request(feature, f"{dependency} ({title})", (dependency,), where, from_group=True)
            for dependency in wanted
        )
    return tuple(requests)


def group_packages(group: CompsGroup, feature: Feature, groups: Sequence[Group]) -> tuple[Dependency, ...]:
    """Return what a comps group asks for, sorted by name; the same group in several repositories adds up."""
    from optimizer.repository.comps import find_group

    found = find_group(groups, group.name)
    if found is None:
        raise UnknownGroupError(group.name, feature, tuple(sorted({held.id for held in groups})))
    names = sorted({*found.mandatory, *found.default})
    conditional = sorted(set(found.conditional))
    rich = [Rich(RichOperator.IF, (Capability(name), Capability(other))) for name, other in conditional]
    return (*map(Capability, names), *rich)


def mentioned(problem: Problem, requests: Sequence[Request]) -> tuple[Dependency, ...]:
    """Return every dependency a problem names anywhere, so that libsolv looks up the file paths among them."""
    named: list[Dependency] = [dependency for request in requests for dependency in request.dependencies]
    named += [forbidden.require for forbidden in problem.forbidden]
    named += [dependency for row in problem.equivalents for dependency in row.upstream]
    return tuple(dict.fromkeys(Capability(leaf.name) for dependency in named for leaf in leaves(dependency)))


def _request(
    feature: Feature, text: str, dependencies: tuple[Dependency, ...], where: str, *, from_group: bool = False
) -> Request:
    return Request(text, dependencies, feature.required, feature.value, feature.group, where, from_group)
