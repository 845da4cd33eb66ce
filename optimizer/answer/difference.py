"""What two package sets differ in: packages, versions, where they come from, bytes; results or other tools' lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cmp_to_key

import msgspec

from optimizer.answer.side import Held, Side
from optimizer.universe.instance import PackageOrigin
from optimizer.universe.version import compare_evr

_DIVERGING = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A package that came, went or changed; `bytes` and `download_bytes` are what that adds, None where unknown.

    `version` is `newer`, `older` or `same` for a change, None where a side does not say. `moved` names what is
    another one besides: `origin`, `repository`, `arch`, or `size` where nothing else is.
    """

    name: str
    before: Held | None
    after: Held | None
    version: str | None
    moved: tuple[str, ...]
    bytes: int | None
    download_bytes: int | None


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source package that came, went or changed its version; None on a side that does not have it."""

    name: str
    before: str | None
    after: str | None


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity on both sides: None where a side does not tell it; `unknown` packages count nothing in a size.

    The change lies between `least` and `most`, None for without a bound; `change` is it where both are the same.
    """

    quantity: str
    before: int | None
    after: int | None
    change: int | None
    least: int | None
    most: int | None
    unknown_before: int = 0
    unknown_after: int = 0


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Two package sets side by side: rows by their bytes, most first, unknown ones last, then by name.

    `sources` is None where a side does not tell them.
    """

    before: str
    after: str
    amounts: tuple[Amount, ...]
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[Row, ...]
    sources: tuple[SourceRow, ...] | None

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed)

    def amount(self, quantity: str) -> Amount:
        """Return a quantity by its name; raises StopIteration for one that is not compared."""
        return next(amount for amount in self.amounts if amount.quantity == quantity)


QUANTITIES = ("packages", "installed_size", "download_size", "sources", "divergence")


def difference(before: Side, after: Side) -> Difference:
    """Return what `after` has otherwise.

    Packages are paired by name and architecture, equal versions first, then in the order of versions; what is left
    is paired by name. What a side does not say is not taken to differ.
    """
    epochs = before.epochs and after.epochs
    rows = [_row(one, other, epochs) for one, other in _pairs(list(before.packages), list(after.packages), epochs)]
    rows.sort(key=lambda row: (row.bytes is None, -abs(row.bytes or 0), row.name))
    differing = [row for row in rows if row.before is None or row.after is None or row.version != "same" or row.moved]
    added = tuple(row for row in differing if row.before is None)
    removed = tuple(row for row in differing if row.after is None)
    changed = tuple(row for row in differing if row.before and row.after and (row.moved or row.version))
    return Difference(
        before=before.label,
        after=after.label,
        amounts=tuple(_amounts(list(before.packages), list(after.packages), (*added, *removed, *changed))),
        added=added,
        removed=removed,
        changed=changed,
        sources=_sources(list(before.packages), list(after.packages)),
    )


def _pairs(before: list[Held], after: list[Held], epochs: bool) -> Iterator[tuple[Held | None, Held | None]]:
    mine, theirs = _by(before, _slot), _by(after, _slot)
    left: list[Held] = []
    right: list[Held] = []
    for slot in sorted({*mine, *theirs}):
        pairs, some, others = _paired(mine.get(slot, []), theirs.get(slot, []), epochs)
        yield from pairs
        left += some
        right += others
    named, renamed = _by(left, lambda held: held.name), _by(right, lambda held: held.name)
    for name in sorted({*named, *renamed}):
        pairs, some, others = _paired(named.get(name, []), renamed.get(name, []), epochs)
        yield from pairs
        yield from ((held, None) for held in some)
        yield from ((None, held) for held in others)


def _by(packages: Iterable[Held], key: Callable[[Held], str]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    for package in packages:
        found[key(package)].append(package)
    return found


def _slot(package: Held) -> str:
    return f"{package.name} {package.arch or ''}"


def _paired(
    before: list[Held], after: list[Held], epochs: bool
) -> tuple[list[tuple[Held, Held]], list[Held], list[Held]]:
    """Pair packages of one name: equal versions first, then the newest with the newest; return what is left too."""
    pairs = []
    for package in list(before):
        same = next((other for other in after if _version(package, other, epochs) in ("same", None)), None)
        if same is not None:
            pairs.append((package, same))
            before, after = _without(before, package), _without(after, same)
    before, after = sorted(before, key=_newest_first), sorted(after, key=_newest_first)
    paired = min(len(before), len(after))
    pairs += zip(before[:paired], after[:paired], strict=True)
    return pairs, before[paired:], after[paired:]


def _older(one: Held, other: Held) -> int:
    return compare_evr(other.evr or "", one.evr or "")


_newest_first = cmp_to_key(_older)


def _without(packages: list[Held], gone: Held) -> list[Held]:
    return [package for package in packages if package is not gone]


def _version(before: Held, after: Held, epochs: bool) -> str | None:
    if before.evr is None or after.evr is None:
        return None
    one, other = (text if epochs else text.rpartition(":")[2] for text in (before.evr, after.evr))
    return {-1: "newer", 0: "same", 1: "older"}[compare_evr(one, other)]


def _row(before: Held | None, after: Held | None, epochs: bool) -> Row:
    version: str | None = None
    moved: tuple[str, ...] = ()
    if before is not None and after is not None:
        version = _version(before, after, epochs)
        pairs = ((name, getattr(before, name), getattr(after, name)) for name in ("origin", "repository", "arch"))
        moved = tuple(name for name, one, other in pairs if one is not None and other is not None and one != other)
        if not moved and version == "same" and _added(before, after, "installed_size"):
            moved = ("size",)
    known = after if after is not None else before
    assert known is not None
    return Row(
        name=known.name,
        before=before,
        after=after,
        version=version,
        moved=moved,
        bytes=_added(before, after, "installed_size"),
        download_bytes=_added(before, after, "download_size"),
    )


def _added(before: Held | None, after: Held | None, size: str) -> int | None:
    one = 0 if before is None else getattr(before, size)
    other = 0 if after is None else getattr(after, size)
    return None if one is None or other is None else other - one


def _amounts(before: list[Held], after: list[Held], rows: tuple[Row, ...]) -> Iterator[Amount]:
    yield _counted("packages", len(before), len(after))
    for size in ("installed_size", "download_size"):
        yield _sized(size, before, after, rows)
    yield _counted("sources", *(_distinct(side, lambda _held: True) for side in (before, after)))
    told = [all(held.origin is not None for held in side) for side in (before, after)]
    counts = [_distinct(side, lambda held: held.origin in _DIVERGING) for side in (before, after)]
    yield _counted("divergence", *(count if known else None for count, known in zip(counts, told, strict=True)))


def _distinct(side: list[Held], wanted: Callable[[Held], bool]) -> int | None:
    members = [held for held in side if wanted(held)]
    return None if any(held.source is None for held in members) else len({held.source for held in members})


def _counted(quantity: str, before: int | None, after: int | None) -> Amount:
    change = None if before is None or after is None else after - before
    return Amount(quantity=quantity, before=before, after=after, change=change, least=change, most=change)


def _sized(size: str, before: list[Held], after: list[Held], rows: tuple[Row, ...]) -> Amount:
    """Add up a size; packages that do not differ cancel out, whatever they weigh, and no size is below 0."""
    least, most = 0, 0
    bounded = [True, True]
    for row in rows:
        one = 0 if row.before is None else getattr(row.before, size)
        other = 0 if row.after is None else getattr(row.after, size)
        least, most = least + (other or 0) - (one or 0), most + (other or 0) - (one or 0)
        bounded = [bounded[0] and one is not None, bounded[1] and other is not None]
    totals = [_total(side, size) for side in (before, after)]
    return Amount(
        quantity=size,
        before=totals[0][0],
        after=totals[1][0],
        change=least if all(bounded) else None,
        least=least if bounded[0] else None,
        most=most if bounded[1] else None,
        unknown_before=totals[0][1],
        unknown_after=totals[1][1],
    )


def _total(side: list[Held], size: str) -> tuple[int | None, int]:
    known = [getattr(held, size) for held in side if getattr(held, size) is not None]
    return (sum(known) if known or not side else None), len(side) - len(known)


def _sources(before: list[Held], after: list[Held]) -> tuple[SourceRow, ...] | None:
    """Return the source packages that differ, by name; None where a side does not tell them."""
    if any(held.source is None for held in (*before, *after)):
        return None
    versions = [_source_versions(side) for side in (before, after)]
    rows = []
    for name in sorted({*versions[0], *versions[1]}):
        one, other = (side.get(name) for side in versions)
        told = one is None or other is None or None not in one | other
        if one != other and told:
            rows.append(SourceRow(name=name, before=_joined(one), after=_joined(other)))
    return tuple(rows)


def _source_versions(side: list[Held]) -> dict[str, frozenset[str | None]]:
    found: dict[str, set[str | None]] = defaultdict(set)
    for held in side:
        found[held.source or ""].add(held.source_evr)
    return {name: frozenset(versions) for name, versions in found.items()}


def _joined(versions: frozenset[str | None] | None) -> str | None:
    return None if versions is None else " and ".join(sorted(version or "" for version in versions))
