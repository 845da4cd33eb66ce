"""Features: what the image must have, may have, and must not have."""

from __future__ import annotations

from optimizer.problem.dependency import Dependency
from optimizer.problem.document import KeyPath, show
from optimizer.problem.problem import CompsGroup, Feature, Forbidden
from optimizer.problem.reading import Reading
from optimizer.problem.requirement import read_dependency
from optimizer.problem.shape import FeatureShape, GroupShape


def read_features(reading: Reading) -> tuple[Feature, ...]:
    """Return the required features, then the optional ones, each in its order; mistakes are noted in `reading`."""
    if reading.has(("features", "without")) and not reading.has(("extends",)):
        reading.add(("features", "without"), "a top-level extends: whose features these are", "none")
    found: list[Feature] = []
    for key in ("required", "optional"):
        first: dict[tuple[str, str | None], Feature] = {}
        for path in reading.children(("features", key)):
            feature = _read_feature(reading, path, required=key == "required")
            if feature is None:
                continue
            known = first.setdefault((str(feature.require), feature.group), feature)
            if known is not feature:
                inherited = known.position.file != feature.position.file
                first_at = f"at {known.position}" if inherited else f"on line {known.position.line}"
                reading.add(path, "each feature once", f"{show(str(feature.require))} again (first {first_at})")
        found += first.values()
    return tuple(found)


def read_forbidden(reading: Reading) -> tuple[Forbidden, ...]:
    """Return what must not hold, in its order."""
    found = []
    for path in reading.children(("features", "forbidden")):
        place = path if reading.text(path) is not None else (*path, "require")
        text = reading.text(place)
        require = read_dependency(reading, place, text) if text is not None else None
        if require is not None:
            found.append(Forbidden(require, reading.position(path)))
    return tuple(found)


def _read_feature(reading: Reading, path: KeyPath, *, required: bool) -> Feature | None:
    worth = 0 if required else 1
    text = reading.text(path)
    if text is not None:
        require = read_dependency(reading, path, text)
        return None if require is None else Feature(require, required, worth, None, reading.position(path))
    shape = reading.struct(path, FeatureShape)
    if shape is None:
        reading.add(path, "a dependency", "nothing")
        return None
    if required and shape.value is not None:
        reading.add((*path, "value"), "a value only on optional features", str(shape.value))
    what, group = _require(reading, path, shape)
    if what is None:
        return None
    return Feature(what, required, shape.value or worth, group, reading.position(path))


def _require(
    reading: Reading, path: KeyPath, shape: FeatureShape
) -> tuple[Dependency | CompsGroup | None, str | None]:
    """Return what a mapping asks for and its feature group: `group` is that only beside `require`."""
    if isinstance(shape.require, str):
        return read_dependency(reading, (*path, "require"), shape.require), shape.group
    if isinstance(shape.require, GroupShape):
        return CompsGroup(shape.require.group), shape.group
    if shape.group is None:
        reading.add(path, "require or group", "neither")
        return None, None
    return CompsGroup(shape.group), None
