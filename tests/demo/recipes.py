"""The demo's folder as tests read it: its builder, its recipes, its problem files."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from tests.requirements import PROJECT_ROOT

DEMO = PROJECT_ROOT / "problems" / "demo"
PROBLEMS = tuple(sorted(path for path in DEMO.glob("*.yaml") if path.name != "equivalents.yaml"))


@cache
def load_builder() -> ModuleType:
    """Return `problems/demo/build.py` as a module; it is a script of no package."""
    specification = importlib.util.spec_from_file_location("demo_build", DEMO / "build.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@cache
def read_recipes(repository: str) -> tuple[Any, ...]:
    """Return a repository's recipes, as the builder reads them."""
    return tuple(load_builder().read_recipes(DEMO / "recipes" / repository))


def read_problem(path: Path) -> dict[str, Any]:
    """Return a problem file's plain mapping."""
    problem: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return problem


def nevra(recipe: Any) -> str:
    """Return `name-[epoch:]version-release.arch`, as dnf spells it."""
    return f"{recipe.name}-{recipe.evr}.{recipe.arch}"
