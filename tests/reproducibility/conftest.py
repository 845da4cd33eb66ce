"""The problems that are asked again and again, and what plain circumstances make of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.demo.recipes import DEMO
from tests.reproducibility.conditions import DEFINITIONS, PLAIN, World, compile_locales, produce
from tests.requirements import PROJECT_ROOT, missing, require_data, require_tool

#: Every rule, objective and reason of a divergence is in one of them, and one has no answer.
ASKED = ("demo", "changes", "infeasible-limit", "multilib", "weak-objective")
REAL = "fedora32-container-branding"


@pytest.fixture(scope="session")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The locales that the conditions name, compiled."""
    require_tool("localedef")
    if not DEFINITIONS.is_dir():
        missing("apt-get install locales")
    return compile_locales(tmp_path_factory.mktemp("locales"))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, locales: Path) -> World:
    """Problems of our own and a small real one, in a directory with letters that C cannot spell."""
    directory = tmp_path_factory.mktemp("Wörld")
    shutil.copytree(DEMO, directory / "demo", ignore=shutil.ignore_patterns("recipes", "*.py"))
    shutil.copytree(PROJECT_ROOT / "problems", directory / "problems", ignore=shutil.ignore_patterns("demo"))
    problems = tuple(directory / "demo" / f"{name}.yaml" for name in ASKED)
    mirror = {"PKGSET_MIRROR": str(require_data())}
    return World(directory, (*problems, directory / "problems" / "real" / f"{REAL}.yaml"), ("demo",), locales, mirror)


@pytest.fixture(scope="session")
def plain(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The digests of all that is written where nothing is out of the ordinary."""
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    return produce(world, PLAIN, tmp_path_factory.mktemp("plain") / "out")
