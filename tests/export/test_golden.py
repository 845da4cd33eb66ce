"""A small answer in every format, byte for byte: `PKGSET_GOLDEN=write pytest tests/export/test_golden.py` renews."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from optimizer.export.format import Format
from optimizer.export.formats import FORMATS, load_format
from tests.export.making import small

GOLDEN = Path(__file__).parent / "golden"


def place(name: str) -> Path:
    found = load_format(name)
    return GOLDEN / name / found.file_name


@pytest.mark.parametrize("name", FORMATS)
def test_the_small_answer(name: str) -> None:
    found = load_format(name)
    assert isinstance(found, Format)
    content = found.write(small())
    if os.environ.get("PKGSET_GOLDEN") == "write":
        place(name).parent.mkdir(parents=True, exist_ok=True)
        place(name).write_bytes(content)
    assert content.decode() == place(name).read_text(encoding="utf-8")


def test_there_is_nothing_else() -> None:
    there = {path for path in GOLDEN.rglob("*") if path.is_file()}
    assert there == {place(name) for name in FORMATS}
