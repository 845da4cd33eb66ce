"""docs/questions.md: every answer is what the command above it prints today."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.requirements import PROJECT_ROOT


@pytest.mark.data
def test_the_page_of_questions_shows_what_is_printed(data_directory: Path) -> None:
    path = PROJECT_ROOT / "docs" / "generate_questions.py"
    specification = importlib.util.spec_from_file_location("generate_questions", path)
    assert specification is not None
    assert specification.loader is not None
    generator = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(generator)
    page = (PROJECT_ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    assert page.count("\npkgset explain ") > 10
    assert page == generator.answered(page, data_directory), "run: python docs/generate_questions.py"
