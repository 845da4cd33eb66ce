"""`import optimizer`: light, lazy, and one list of names in the three forms that Python, mypy and readers need."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer
from tests.requirements import PROJECT_ROOT

_SOURCE = Path(optimizer.__file__).read_text(encoding="utf-8")


def _checked_imports() -> dict[str, str]:
    """The names that type checkers see, and the module each comes from."""
    (guarded,) = (node for node in ast.parse(_SOURCE).body if isinstance(node, ast.If))
    imports = [node for node in guarded.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names if alias.asname is None}


def test_python_and_type_checkers_are_told_the_same() -> None:
    assert _checked_imports() == optimizer._HOME
    assert {*optimizer._HOME, "__version__"} == set(optimizer.__all__)
    assert len(optimizer.__all__) == len(set(optimizer.__all__))


@pytest.mark.parametrize("name", sorted(optimizer._HOME))
def test_a_name_is_what_its_module_defines(name: str) -> None:
    found = getattr(optimizer, name)
    assert getattr(found, "__module__", optimizer._HOME[name]) == optimizer._HOME[name]
    assert name in dir(optimizer)


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    code = "import sys, optimizer; print(*sorted(name for name in sys.modules if name.startswith('optimizer')))"
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ended.stdout.split() == ["optimizer", "optimizer.version"]


def test_a_name_is_imported_with_its_own_module_alone() -> None:
    code = "import sys, optimizer; optimizer.load_problem; print('ortools' in sys.modules, 'solv' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ended.stdout.split() == ["False", "False"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'solve_everything'"):
        optimizer.solve_everything  # noqa: B018 - the access is what is tested


def test_the_reference_names_everything_once() -> None:
    page = (PROJECT_ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    table = page.partition("## Reference")[2]
    told = [
        name for cell in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)", cell)
    ]
    assert sorted(told) == sorted(set(optimizer.__all__) - {"__version__"})


def test_the_example_prints_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT_ROOT)
    path = PROJECT_ROOT / "docs" / "generate_python.py"
    specification = importlib.util.spec_from_file_location("generate_python", path)
    assert specification is not None
    assert specification.loader is not None
    generator = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(generator)
    page = (PROJECT_ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert page.count("```text") > 5
    assert page == generator.with_output(page), "run: python docs/generate_python.py"
