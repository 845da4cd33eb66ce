"""Values and comments of the written problem: nothing of the imported file is more than text there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.imports.problem_text import _flow, _scalar, problem_text
from optimizer.imports.request import At, Request
from optimizer.imports.settle import settle
from optimizer.problem.document import read_document

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        "null",
        "~",
        "yes",
        "1e5",
        "0o7",
        "0x1",
        "1_0",
        ".inf",
        "a: b",
        "a #b",
        "- a",
        "{a}",
        "[a",
        "'",
        '"',
        "a, b",
        "%a",
    ]
)


@given(_TEXT)
def test_a_scalar_reads_back(text: str) -> None:
    assert read_document("", f"a: {_scalar(text)}  # comment".encode()).value == {"a": text}
    assert read_document("", f"- {_scalar(text)}".encode()).value == [text]


@given(st.lists(_TEXT, min_size=1, max_size=3), _TEXT)
def test_values_in_brackets_read_back(texts: list[str], text: str) -> None:
    assert read_document("", f"a: {_flow(list(texts))}".encode()).value == {"a": texts}
    assert read_document("", f"- {_flow({'group': text, 'id': text})}".encode()).value == [
        {"group": text, "id": text}
    ]


@given(st.lists(st.text(max_size=20), max_size=3))
def test_comments_stay_comments(texts: list[str]) -> None:
    request = Request("names", Path("list"))
    request.want("bash", At(Path("list")), note=" ".join(texts))
    for text in texts:
        request.lose(text, text, At(Path(f"dir\n{text.replace(chr(0), '')}")))
    document = read_document("", problem_text(settle(request)).encode("utf-8", "strict"))
    assert isinstance(document.value, dict)
    assert document.value["features"] == {"required": ["bash"]}


@pytest.mark.parametrize("arch", ["x86_64", "sparc64", "$(id)", "a\nb"])
def test_an_architecture_that_no_problem_has_is_told(arch: str) -> None:
    request = Request("names", Path("list"), arch=arch)
    imported = settle(request)
    assert imported.arch == "x86_64"
    assert bool(imported.lost) is (arch != "x86_64")
