"""What a question has otherwise than its problem, as a value; and as a changed problem and what it supposes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from msgspec import structs

from optimizer.problem.dependency import Capability, Dependency
from optimizer.problem.problem import (
    CompsGroup,
    Feature,
    FeatureGroupLimit,
    Forbidden,
    Limits,
    Pin,
    Position,
    Problem,
)
from optimizer.problem.supposition import Cut, SupposedPackage, Suppositions, UnknownSuppositionError
from optimizer.universe.instance import Instance, LimitKind

#: A feature that a comps group asks for.
GROUP = re.compile(r"group:\s*(\S.*)")
#: The limits of a problem that are one number.
COUNTED = (LimitKind.INSTALLED_SIZE, LimitKind.DOWNLOAD_SIZE, LimitKind.PACKAGES, LimitKind.DOWNSTREAM_SOURCES)


@dataclass(frozen=True, slots=True)
class LimitChange:
    """Another bound for what a limit bounds, or none at all; sizes in bytes, `group` as in a Limit."""

    kind: LimitKind
    minimum: int | None = None
    maximum: int | None = None
    group: str | None = None
    where: str = ""

    @property
    def lifted(self) -> bool:
        """Whether no bound is left."""
        return self.minimum is None and self.maximum is None


@dataclass(frozen=True, slots=True)
class PinChange:
    """The one pin of a name, in place of those that the problem has; `relation` None for no pin."""

    name: str
    relation: Capability | None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that is changed at once; `words` are the options that said so, in a fixed order.

    `dropped` are features as they were named: by their text, or `group: NAME` for all that a comps group asks.
    """

    added: tuple[Dependency | CompsGroup, ...] = ()
    dropped: tuple[str, ...] = ()
    forbidden: tuple[Dependency, ...] = ()
    limits: tuple[LimitChange, ...] = ()
    pins: tuple[PinChange, ...] = ()
    cuts: tuple[Cut, ...] = ()
    packages: tuple[SupposedPackage, ...] = ()
    words: tuple[str, ...] = field(default=(), compare=False)


def dropped_features(instance: Instance, change: Change) -> frozenset[tuple[str, str]]:
    """Return the text and place of each feature of the Instance that is dropped; raises UnknownSuppositionError."""
    texts = [feature.text for feature in instance.features]
    dropped: set[tuple[str, str]] = set()
    for word in change.dropped:
        member = f" ({word})" if GROUP.match(word) else None
        meant = [
            (feature.text, feature.where)
            for feature in instance.features
            if feature.text == word or (member is not None and feature.text.endswith(member))
        ]
        if not meant:
            groups = [text.rpartition(" (")[2].removesuffix(")") for text in texts if " (group: " in text]
            raise UnknownSuppositionError("drop", word, "feature", (*texts, *groups))
        dropped.update(meant)
    return frozenset(dropped)


def change_problem(
    problem: Problem, change: Change, dropped: frozenset[tuple[str, str]]
) -> tuple[Problem, Suppositions]:
    """Return a problem as changed, and what must be supposed beside it; `dropped` as `dropped_features` returns it.

    Raises UnknownSuppositionError for a feature group without features.
    """
    features = [Feature(require, True, 0, None, where("add", str(require))) for require in change.added]
    forbidden = [Forbidden(require, where("forbid", str(require))) for require in change.forbidden]
    replaced = {pin.name for pin in change.pins}
    pins = [
        Pin(pin.name, pin.relation, None, None, Position("", 0, pin.where))
        for pin in change.pins
        if pin.relation is not None
    ]
    changed = replace(
        problem,
        features=(*problem.features, *features),
        forbidden=(*problem.forbidden, *forbidden),
        pins=(*(pin for pin in problem.pins if pin.name not in replaced), *pins),
        limits=_changed_limits(problem.limits, change.limits, {feature.group for feature in problem.features}),
    )
    return changed, Suppositions(dropped, change.cuts, change.packages)


def where(option: str, text: str) -> Position:
    """Return where a change was said: the option instead of a file and a line."""
    return Position("", 0, f"--{option} {text}")


def _changed_limits(limits: Limits, changes: Iterable[LimitChange], groups: set[str | None]) -> Limits:
    positions = dict(limits.positions)
    for change in changes:
        position = Position("", 0, change.where)
        if change.kind is not LimitKind.FEATURE_GROUP:
            positions[change.kind.value] = position
            limits = _bounded(limits, change.kind, change.maximum)
            continue
        if change.group not in groups:
            raise UnknownSuppositionError("limit", str(change.group), "feature group", filter(None, groups))
        assert change.group is not None
        bound = FeatureGroupLimit(change.group, change.minimum, change.maximum, position)
        kept = {held.group: held for held in limits.feature_groups} | {change.group: bound}
        if change.lifted:
            del kept[change.group]
        limits = structs.replace(limits, feature_groups=tuple(kept.values()))
    return structs.replace(limits, positions=positions)


def _bounded(limits: Limits, kind: LimitKind, maximum: int | None) -> Limits:
    if kind is LimitKind.INSTALLED_SIZE:
        return structs.replace(limits, installed_bytes=maximum)
    if kind is LimitKind.DOWNLOAD_SIZE:
        return structs.replace(limits, download_bytes=maximum)
    if kind is LimitKind.PACKAGES:
        return structs.replace(limits, packages=maximum)
    return structs.replace(limits, downstream_sources=maximum)
