"""Every Python that is promised gives the same bytes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.reproducibility.conditions import PLAIN, World, produce
from tests.reproducibility.interpreters import install, promised

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_this_python_is_one_of_them() -> None:
    assert promised() == ["3.11", "3.12", "3.13"]


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("version", [version for version in promised() if version != OWN])
def test_another_python_writes_the_same(version: str, world: World, plain: dict[str, str], tmp_path: Path) -> None:
    python = install(version, tmp_path / "environment")
    row = {**PLAIN, "seed": "4242", "workers": "2", "paths": "beside", "cache": "unwritable"}
    found = produce(world, row, tmp_path / "out", python)
    assert sorted(found) == sorted(plain)
    assert [name for name in plain if found[name] != plain[name]] == []
