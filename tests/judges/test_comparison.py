"""results/comparison holds what `python -m benchmarks.comparison` finds."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from benchmarks.comparison import compare
from benchmarks.comparison_table import Comparison, write_table
from benchmarks.requests import REQUESTS
from tests.requirements import PROJECT_ROOT

RESULTS = PROJECT_ROOT / "results" / "comparison"


class Document(msgspec.Struct, forbid_unknown_fields=True):
    """The whole of comparison.json."""

    format: int
    versions: dict[str, str]
    comparisons: list[Comparison]


@pytest.fixture(scope="module")
def document() -> Document:
    return msgspec.json.decode((RESULTS / "comparison.json").read_bytes(), type=Document)


def test_every_request_has_been_compared_and_ours_is_never_larger(document: Document) -> None:
    assert [each.request for each in document.comparisons] == [request.name for request in REQUESTS]
    for each in document.comparisons:
        assert each.ours.installed_size <= each.ours_by_name.installed_size <= each.dnf.installed_size
        assert each.dnf.installed_size <= each.dnf_weak.installed_size
        assert each.ours.installed_size <= each.libsolv.installed_size


def test_the_table_says_what_the_numbers_say(document: Document) -> None:
    assert write_table(document.comparisons, document.versions) == (RESULTS / "comparison.md").read_text("utf-8")


@pytest.mark.data
@pytest.mark.tool("dnf")
@pytest.mark.parametrize("name", ["cs9-host", "cs9-container-base", "c7-lamp", "fedora32:shell"])
def test_a_request_compares_today_as_it_did(
    name: str, document: Document, data_directory: Path, tmp_path: Path
) -> None:
    (request,) = (request for request in REQUESTS if request.name == name)
    (recorded,) = (each for each in document.comparisons if each.request == name)
    assert compare(request, data_directory, tmp_path) == recorded
