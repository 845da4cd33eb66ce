"""YAML as a tree with lines: nothing a person can write makes anything but a value or a ProblemError."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from optimizer.problem.document import read_document, spell_path
from optimizer.problem.error import ProblemError
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Problem
from tests.problem.writing import FEATURES, HEAD

_TREES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text(st.characters(codec="ascii"), max_size=9)
    ),
    lambda parts: st.one_of(
        st.lists(parts, max_size=4), st.dictionaries(st.text("abcxyz", min_size=1, max_size=4), parts, max_size=4)
    ),
    max_leaves=12,
)


@given(_TREES)
def test_what_another_writer_wrote_is_read_back(tree: object) -> None:
    written = yaml.safe_dump(tree, default_style='"' if isinstance(tree, str) else None, sort_keys=False)
    assert read_document("f", written.encode()).value == tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0o17", 15),
        ("0xfF", 255),
        ("007", 7),
        ("-1", -1),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("-.INF", float("-inf")),
        ("~", None),
        ("True", True),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!int 0x10", 16),
        ("! 1", "1"),
    ],
)
def test_scalars_of_the_core_schema(text: str, value: object) -> None:
    document = read_document("f", text.encode())
    assert (document.value, document.mistakes) == (value, ())


def test_lines_and_paths() -> None:
    document = read_document("f", b"a:\n  - b: 1\n    c.d:\n\n      - 2\n")
    assert document.lines[("a", 0, "c.d", 0)] == 5
    assert str(document.position(("a", 0, "c.d", 0))) == "f:5: a[0]['c.d'][0]"
    assert document.position(("a", 0, "missing")).line == 2
    assert spell_path(()) == ""


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
@example(b"? [a, {b: c}]\n: x\n")
@example(b"*a : b\n")
@example(b"&a *a\n")
@example(b"a: .Inf\nb: .NaN\n")
@example(b"- " * 5000)
@example(b"{" * 5000)
@example(b"a: " + b"9" * 5000)
@example(b"%YAML 9.9\n---\na: b\n")
@example(b"\xff\xfe a")
def test_any_bytes_give_a_problem_or_a_problem_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "problem.yaml"
    path.write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        load_problem(path)
    assert caught.value.mistakes
    assert str(caught.value)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_valid_file_with_one_piece_replaced(tmp_path: Path, data: st.DataObject) -> None:
    """Mutants come much further than noise: past the syntax, into every section."""
    text = HEAD + "equivalents: {a: b}\npins: [a = 1]\nlimits: {packages: 3, installed_size: 1 MB}\n" + FEATURES
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    piece = data.draw(
        st.one_of(st.sampled_from(["{", "[", "]", ": ", "- ", "null", "5", "'", "&a ", "*a", "!x "]), st.text())
    )
    path = tmp_path / "problem.yaml"
    path.write_bytes((text[:start] + piece + text[end:]).encode("utf-8", "replace"))
    try:
        outcome: Problem | ProblemError = load_problem(path)
    except ProblemError as error:
        outcome = error
    if isinstance(outcome, ProblemError):
        lines = path.read_bytes().count(b"\n") + 1
        assert all(1 <= mistake.position.line <= lines + 1 and mistake.found for mistake in outcome.mistakes)
    else:
        assert outcome.repositories
        assert all(source.locations for source in outcome.repositories)


def test_reading_a_problem_imports_nothing_heavy() -> None:
    heavy = "{'solv', 'ortools', 'numpy', 'pandas', 'click', 'tqdm', 'libcomps', 'urllib3'}"
    code = f"import sys, optimizer.problem.load; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
