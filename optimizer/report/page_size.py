"""Where the bytes of an answer are: treemaps by feature and by package, and the table of features behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.report.page_members import Member, Members
from optimizer.report.quantity import counted, mebibytes, percent
from optimizer.report.treemap import Frame, Group, Item, Tile, layout, nested_layout
from optimizer.universe.instance import Feature

_SMALL = 0.004
_FEATURES, _BY_SIZE = "features", "packages?sort=-installed"


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A line of the table of features: what this feature alone leads to, and all that it leads to."""

    anchor: str
    text: str
    demand: str
    alone: int
    alone_bytes: int
    alone_size: str
    reached: int
    reached_bytes: int
    reached_size: str


@dataclass(frozen=True, slots=True)
class SizeView:
    """The drawings and the table; `shared` says how much no feature has to itself, `undrawn` what has no size."""

    by_feature: tuple[Frame, ...]
    by_package: tuple[Tile, ...]
    features: tuple[FeatureRow, ...]
    shared: str
    undrawn: str


def view_sizes(members: Members) -> SizeView:
    """Return where an answer's installed bytes are."""
    unknown = members.manifest.totals.unknown_sizes.installed
    return SizeView(
        by_feature=nested_layout(_groups(members), f"#{members.prefix}{_FEATURES}", "packages"),
        by_package=layout([_item(m) for m in members.packages], f"#{members.prefix}{_BY_SIZE}", "packages"),
        features=tuple(_feature_rows(members)),
        shared=_shared(members),
        undrawn=f"{counted(unknown, 'package')} of unknown size cannot be drawn." if unknown else "",
    )


def _item(member: Member) -> Item:
    words = mebibytes(member.size) + (", estimated" if member.package.size_estimated else "")
    return Item(member.package.name, member.size, words, f"#{member.anchor}", member.package.origin)


def _groups(members: Members) -> list[Group]:
    """Return the packages by the one feature that leads to them, what is shared apart, small features together."""
    alone: dict[int, list[Member]] = defaultdict(list)
    shared = [member for member in members.packages if len(member.features) > 1]
    unasked = [member for member in members.packages if not member.features]
    for member in members.packages:
        if len(member.features) == 1:
            alone[member.features[0]].append(member)
    least = _sum(members.packages) * _SMALL
    small = [member for held in alone.values() if _sum(held) < least for member in held]
    table = members.prefix + _FEATURES
    groups = [_group("shared by several features", table, shared)]
    groups += [
        _group(members.instance.features[feature].text, members.feature_anchors[feature], held)
        for feature, held in sorted(alone.items())
        if _sum(held) >= least
    ]
    groups += [_group("smaller features", table, small), _group("asked for by no feature", table, unasked)]
    return [group for group in groups if group.items]


def _group(name: str, anchor: str, held: list[Member]) -> Group:
    return Group(name, mebibytes(_sum(held)), f"#{anchor}", tuple(map(_item, held)))


def _feature_rows(members: Members) -> Iterable[FeatureRow]:
    reached: dict[int, list[Member]] = defaultdict(list)
    for member in members.packages:
        for leading in member.features:
            reached[leading].append(member)
    for index, feature in enumerate(members.instance.features):
        alone = [member for member in reached[index] if len(member.features) == 1]
        yield FeatureRow(
            members.feature_anchors[index],
            feature.text,
            _demand(feature, had=bool(reached[index])),
            len(alone),
            _sum(alone),
            mebibytes(_sum(alone)),
            len(reached[index]),
            _sum(reached[index]),
            mebibytes(_sum(reached[index])),
        )


def _demand(feature: Feature, *, had: bool) -> str:
    if feature.required:
        return "required"
    return f"optional, worth {feature.value:,}" + ("" if had else ", not in the answer")


def _shared(members: Members) -> str:
    shared, total = [m for m in members.packages if len(m.features) > 1], _sum(members.packages)
    share = f", {percent(_sum(shared) / total)} of the installed size" if total else ""
    return f"{counted(len(shared), 'package')} and {mebibytes(_sum(shared))}{share}"


def _sum(held: Iterable[Member]) -> int:
    return sum(member.size for member in held)
