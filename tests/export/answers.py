"""The real answers that every format is tried on, each solved once in a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from optimizer.export.exported import Exported, export_answer
from optimizer.pipeline import Settings, solve_file
from tests.requirements import PROJECT_ROOT, require_data

PROBLEMS = {
    "cs9-host": "problems/real/cs9-host.yaml",
    "photon-1.0-tp1-minimal": "problems/photon-1.0-tp1-minimal.yaml",
    "demo": "problems/demo/demo.yaml",
}
#: What dnf alone is asked about besides: a module stream, and two architectures.
MORE_PROBLEMS = {
    "cs9-nodejs-stream": "problems/real/cs9-nodejs-stream.yaml",
    "cs9-multilib-graphics": "problems/real/cs9-multilib-graphics.yaml",
}
_OF_REAL_DATA = ("cs9-host", "photon-1.0-tp1-minimal", *MORE_PROBLEMS)

#: One parameter for each answer; those of real metadata skip where these are missing.
ANSWERS = [pytest.param(name, marks=[pytest.mark.data] if name in _OF_REAL_DATA else []) for name in PROBLEMS]


@cache
def real(name: str) -> Exported:
    """Return an answer as it goes out, its repositories where the problem has them."""
    mirror = require_data() if name in _OF_REAL_DATA else None
    result = solve_file(PROJECT_ROOT / (PROBLEMS | MORE_PROBLEMS)[name], Settings(mirror=mirror))
    assert result.manifest is not None
    assert result.divergence is not None
    return export_answer(result.manifest, result.divergence, result.record, result.instance)


@cache
def where_it_lies(name: str) -> Exported:
    """Return an answer for readers of this machine, its repositories where the metadata lie."""
    exported = real(name)
    urls = {given.repository: given.location for given in exported.instance.inputs}
    return export_answer(exported.manifest, exported.divergence, exported.record, exported.instance, urls=urls)


def schemas() -> Path:
    """Return the directory of other projects' schemas, which are not part of this repository."""
    return require_data().parent / "schemas"
