"""Where the shipped problem files are, the demo's apart: it has tests of its own."""

from __future__ import annotations

from pathlib import Path

from tests.requirements import PROJECT_ROOT

PROBLEMS = PROJECT_ROOT / "problems"
PHOTON_TABLE = PROBLEMS / "equivalents" / "photon-to-centos-7.yaml"


def photon_files() -> list[Path]:
    """Return the problems over Photon's own image lists."""
    return sorted(PROBLEMS.glob("*.yaml"))


def real_files() -> list[Path]:
    """Return the problems over real repositories that have an answer."""
    return sorted((PROBLEMS / "real").glob("*.yaml"))


def infeasible_files() -> list[Path]:
    """Return the problems over real repositories that have none."""
    return sorted((PROBLEMS / "real" / "infeasible").glob("*.yaml"))


def relative(path: Path) -> str:
    """Return a file's path below `problems/`, as test id and as README.md spells it."""
    return path.relative_to(PROBLEMS).as_posix()
