"""Where the shipped problem files are, the demo's apart: it has tests of its own."""

from __future__ import annotations

from pathlib import Path

from tests.requirements import PROJECT_ROOT

PROBLEMS = PROJECT_ROOT / "problems"
EQUIVALENTS = PROBLEMS / "equivalents"

_APART = frozenset(("demo", "equivalents", "families", "infeasible", "pairs", "real"))


def library_files() -> list[Path]:
    """Return the problems over the lists of real products that have an answer: Photon's, Atomic's and others'."""
    return sorted(path for path in PROBLEMS.rglob("*.yaml") if _APART.isdisjoint(path.relative_to(PROBLEMS).parts))


def photon_files() -> list[Path]:
    """Return the library's problems over the image lists of Photon 1.0 TP1 against CentOS 7.2."""
    return sorted(PROBLEMS.glob("*.yaml"))


def real_files() -> list[Path]:
    """Return the problems over real repositories that have an answer, each one kind of image."""
    return sorted((PROBLEMS / "real").glob("*.yaml"))


def infeasible_files() -> list[Path]:
    """Return the problems over real repositories that have none, each for another reason."""
    return sorted((PROBLEMS / "real" / "infeasible").glob("*.yaml"))


def library_infeasible_files() -> list[Path]:
    """Return the problems over the lists of real products that have none."""
    return sorted(set(PROBLEMS.glob("*/infeasible/*.yaml")).difference(infeasible_files()))


def pair_files() -> list[Path]:
    """Return the problems that ask for nothing: which downstream stands against which upstream."""
    return sorted((PROBLEMS / "pairs").glob("*.yaml"))


def family_files() -> list[Path]:
    """Return the families: images that are solved together."""
    return sorted((PROBLEMS / "families").glob("*.yaml"))


def relative(path: Path) -> str:
    """Return a file's path below `problems/`, as test id and as README.md spells it."""
    return path.relative_to(PROBLEMS).as_posix()
