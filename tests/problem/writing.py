"""Problem files for tests: a whole valid one, and the mistakes that a changed one makes."""

from __future__ import annotations

from pathlib import Path

from optimizer.problem.error import ProblemError
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Problem

HEAD = """\
format: 1
arch: x86_64
repositories:
  - {id: base, origin: upstream, baseurl: base}
  - {id: own, origin: downstream, baseurl: own}
"""
FEATURES = """\
features:
  required: [bash]
"""
FIRST_LINE = HEAD.count("\n") + 1
"""The line of what comes after HEAD."""


def write(directory: Path, text: str, name: str = "problem.yaml") -> Path:
    """Write a file and return its path."""
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def load(directory: Path, text: str) -> Problem:
    """Return the problem that `text` states, from a file in `directory`."""
    return load_problem(write(directory, text))


def load_after_head(directory: Path, text: str) -> Problem:
    """Return the problem of HEAD, `text`, and one feature where `text` has none."""
    return load(directory, HEAD + text + ("" if "features:" in text else FEATURES))


def mistakes(directory: Path, text: str) -> list[str]:
    """Return the mistakes of a problem file as people read them, each from its line on."""
    path = write(directory, text)
    try:
        load_problem(path)
    except ProblemError as error:
        return [str(mistake).replace(f"{path}:", "").replace(f"{directory}/", "") for mistake in error.mistakes]
    return []
