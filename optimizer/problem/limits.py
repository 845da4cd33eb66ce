"""Limits: upper bounds on sizes and counts, and bounds on how many features of a group hold."""

from __future__ import annotations

from optimizer.problem.document import KeyPath, show
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import FeatureGroupLimit, Limits, Position
from optimizer.problem.reading import Reading
from optimizer.problem.shape import BoundsShape
from optimizer.problem.size import UNITS, SizeSyntaxError, parse_size

_KEYS = ("installed_size", "download_size", "packages", "downstream_sources")


def read_limits(reading: Reading) -> Limits:
    """Return the limits; `positions` are keyed as the problem file spells them."""
    positions: dict[str, Position] = {
        key: reading.position(("limits", key)) for key in _KEYS if reading.value(("limits", key)) is not None
    }
    return Limits(
        installed_bytes=read_size(reading, ("limits", "installed_size")),
        download_bytes=read_size(reading, ("limits", "download_size")),
        packages=reading.count(("limits", "packages")),
        downstream_sources=reading.count(("limits", "downstream_sources")),
        feature_groups=_read_groups(reading),
        positions=positions,
    )


def read_size(reading: Reading, path: KeyPath) -> int | None:
    """Return the bytes at `path`, None where there are none or a mistake."""
    text = reading.text(path)
    if text is None:
        return reading.count(path)
    try:
        return parse_size(text)
    except SizeSyntaxError as error:
        reading.add(path, error.expected, show(text), nearest(error.unit, UNITS) if error.unit else ())
        return None


def _read_groups(reading: Reading) -> tuple[FeatureGroupLimit, ...]:
    used = _used_groups(reading)
    found = []
    for path in reading.children(("limits", "feature_groups")):
        bounds = reading.struct(path, BoundsShape)
        name = str(path[-1])
        if bounds is None or (bounds.min is None and bounds.max is None):
            reading.add(path, "min, max or both", "neither")
            continue
        if bounds.min is not None and bounds.max is not None and bounds.min > bounds.max:
            reading.add(path, "min at most max", f"min {bounds.min}, max {bounds.max}")
        if name not in used:
            reading.add(path, "a group that some feature names", show(name), nearest(name, used))
        found.append(FeatureGroupLimit(name, bounds.min, bounds.max, reading.position(path)))
    return tuple(found)


def _used_groups(reading: Reading) -> frozenset[str]:
    """Return the groups features name, sound features or not: one mistake shall not cause a second."""
    items = [path for key in ("required", "optional") for path in reading.children(("features", key))]
    return frozenset(
        group
        for path in items
        if reading.value((*path, "require")) is not None and (group := reading.text((*path, "group"))) is not None
    )
