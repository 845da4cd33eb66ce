"""The table of formats: every module of it describes itself, and docs/formats.md says the same."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from optimizer.export.format import EVERYTHING, LOSS_KINDS, Expresses, Format, SolverFormat
from optimizer.export.formats import FORMATS, SOLVER_FORMATS, UnknownFormatError, load_format
from tests.requirements import PROJECT_ROOT

PAGE = (PROJECT_ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
COLUMNS = (
    Expresses.VERSIONS,
    Expresses.ARCHITECTURE,
    Expresses.SAME_NAME,
    Expresses.REPOSITORIES,
    Expresses.EXCLUDES,
    Expresses.WEAK_SWITCH,
    Expresses.MODULES,
    Expresses.CHECKSUMS,
    Expresses.DIVERGENCE,
    Expresses.STUBS,
    Expresses.REASONS,
)


def rows() -> dict[str, list[str]]:
    """The table of the page by the name of the format, cells without their blanks."""
    lines = re.findall(r"^\| `([a-z-]+)` \|(.*)\|$", PAGE, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in lines}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_describes_itself(name: str) -> None:
    found = load_format(name)
    assert isinstance(found, Format)
    assert found.title
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", found.file_name)
    assert "/" in found.media_type
    assert found.expresses <= EVERYTHING
    assert (found.part_of is None) == (found.expected == EVERYTHING), "a part says of what, a whole is held to all"


@pytest.mark.parametrize("name", SOLVER_FORMATS)
def test_a_solver_format_describes_itself(name: str) -> None:
    found = load_format(name)
    assert isinstance(found, SolverFormat)
    assert found.title


def test_names_are_said_once() -> None:
    assert not set(FORMATS) & set(SOLVER_FORMATS)
    with pytest.raises(UnknownFormatError) as caught:
        load_format("kickstar")
    assert "kickstart" in caught.value.known


@pytest.mark.parametrize("name", FORMATS)
def test_the_page_says_what_each_expresses(name: str) -> None:
    found = load_format(name)
    assert isinstance(found, Format)
    marks = rows()[name][: len(COLUMNS)]
    assert marks == ["x" if column in found.expresses else "" for column in COLUMNS]


def test_the_page_has_every_format_and_no_other() -> None:
    assert set(rows()) == set(FORMATS)
    for name in SOLVER_FORMATS:
        assert f"`{name}`" in PAGE


def test_the_page_has_the_kind_of_every_loss() -> None:
    for kind in LOSS_KINDS:
        assert f"`{kind.value}`" in PAGE.partition("## Nothing is lost in silence")[0]
    assert len({kind.value for kind in LOSS_KINDS}) == len(LOSS_KINDS)


def test_the_list_needs_no_library_of_a_format() -> None:
    script = (
        "import sys; from optimizer.cli.main import main\n"
        "try: main(['export', '--list'])\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        "heavy = {'tomlkit', 'ortools', 'solv', 'lxml'} & set(sys.modules)\n"
        "assert not heavy - {'ortools'}, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
