"""One folder a case, `cases/<format>/<case>`: a file as its tool's users write it, and the problem made of it.

`expected.yaml` is the whole file that `pkgset import` writes; `options.yaml`, where it is there, the user's choices.
`python -m tests.imports.test_cases` writes the expectations anew, to be reviewed as a diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from optimizer.imports.formats import FORMATS, format_of, read_request
from optimizer.imports.problem_text import problem_text, problem_tree
from optimizer.imports.settle import Imported, settle
from optimizer.imports.source import read_source
from optimizer.problem.document import read_document
from optimizer.problem.load import load_problem

_CASES = Path(__file__).parent / "cases"
_FOLDERS = sorted(path.parent for path in _CASES.glob("*/*/expected.yaml"))
_NAMES = [f"{folder.parent.name}/{folder.name}" for folder in _FOLDERS]


def _input(folder: Path) -> Path:
    named = ("Containerfile", "mkosi.conf")
    return next(path for path in sorted(folder.iterdir()) if path.stem == "input" or path.name in named)


def _imported(folder: Path, name: str | None = None) -> Imported:
    options = folder / "options.yaml"
    given = yaml.safe_load(options.read_text()) if options.is_file() else {}
    profiles = tuple(given.get("profiles", ()))
    arch, pins = given.get("arch"), given.get("pins", False)
    request = read_request(_input(folder), name, arch=arch, profiles=profiles, pins=pins)
    return settle(request, releasever=given.get("releasever"))


@pytest.mark.parametrize("folder", _FOLDERS, ids=_NAMES)
def test_the_problem_is_the_expected_one(folder: Path) -> None:
    assert problem_text(_imported(folder)) == (folder / "expected.yaml").read_text()


@pytest.mark.parametrize("folder", _FOLDERS, ids=_NAMES)
def test_the_format_is_seen_in_the_content(folder: Path) -> None:
    assert format_of(read_source(_input(folder))) == folder.parent.name
    assert _imported(folder, folder.parent.name) == _imported(folder)


@pytest.mark.parametrize("folder", _FOLDERS, ids=_NAMES)
def test_the_problem_loads_and_is_what_programs_are_told(folder: Path) -> None:
    expected = folder / "expected.yaml"
    problem = load_problem(expected)
    document = read_document("", expected.read_bytes())
    imported = _imported(folder)
    assert document.value == problem_tree(imported)
    assert [str(feature.require) for feature in problem.features] == [
        f"group: {item.value['group']}" if isinstance(item.value, dict) else item.value
        for item in (*imported.required, *imported.optional)
    ]


def test_every_format_has_a_case() -> None:
    assert sorted({folder.parent.name for folder in _FOLDERS}) == sorted(FORMATS)


def test_a_case_lies_in_no_other_folder() -> None:
    assert sorted(path for path in _CASES.glob("*/*") if path.is_dir()) == _FOLDERS


if __name__ == "__main__":
    for case in sorted(path for path in _CASES.glob("*/*") if path.is_dir()):
        (case / "expected.yaml").write_text(problem_text(_imported(case)))
