"""Sizes that metadata do not know: given by name, or estimated by a rule."""

from __future__ import annotations

from optimizer.problem.document import KeyPath
from optimizer.problem.limits import read_size
from optimizer.problem.problem import PackageSize, SizeEstimate, Sizes
from optimizer.problem.reading import Reading

_PACKAGES: KeyPath = ("sizes", "packages")
_ESTIMATE: KeyPath = ("sizes", "estimate")


def read_sizes(reading: Reading) -> Sizes:
    """Return the sizes the problem gives, by name, and its estimate rule; mistakes are noted in `reading`."""
    packages = tuple(_read_package(reading, path) for path in reading.children(_PACKAGES))
    return Sizes(packages, _read_estimate(reading))


def _read_package(reading: Reading, path: KeyPath) -> PackageSize:
    installed, download = _read_pair(reading, path)
    if reading.value((*path, "installed")) is None and reading.value((*path, "download")) is None:
        reading.add(path, "installed, download or both", "neither")
    return PackageSize(str(path[-1]), installed, download, reading.position(path))


def _read_estimate(reading: Reading) -> SizeEstimate | None:
    if reading.value(_ESTIMATE) is None:
        return None
    like_upstream = reading.value((*_ESTIMATE, "like_upstream")) is True
    given = any(reading.has((*_ESTIMATE, key)) for key in ("installed", "download"))
    if not like_upstream and not given:
        reading.add(_ESTIMATE, "like_upstream: true, installed or download", "none of them")
    percent = reading.count((*_ESTIMATE, "percent"))
    installed, download = _read_pair(reading, _ESTIMATE)
    return SizeEstimate(like_upstream, installed, download, 100 if percent is None else percent)


def _read_pair(reading: Reading, path: KeyPath) -> tuple[int | None, int | None]:
    return read_size(reading, (*path, "installed")), read_size(reading, (*path, "download"))
