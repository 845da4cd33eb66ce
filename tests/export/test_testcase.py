"""Debian's testsolv reads the testcase and finds just the answer."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest

from optimizer.export.testcase import write
from tests.export.answers import ANSWERS, real
from tests.export.test_build_order import solved
from tests.model.making import make
from tests.model.making import package as candidate
from tests.requirements import require_tool


def said(content: bytes, directory: Path, *options: str) -> str:
    """Return what testsolv says of a testcase: nothing where it finds the result it names."""
    case = directory / "answer.t"
    case.write_bytes(content)
    done = subprocess.run(
        [str(require_tool("testsolv")), *options, str(case)], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.tool("testsolv")
@pytest.mark.parametrize("name", ANSWERS)
def test_testsolv_finds_just_the_answer(name: str, tmp_path: Path) -> None:
    content = write(real(name))
    assert said(content, tmp_path) == ""
    installed = [line for line in said(content, tmp_path, "-r").splitlines() if line.startswith("install ")]
    virtual = [line for line in installed if line.endswith("@@equivalents")]
    assert len(installed) - len(virtual) == len(real(name).manifest.packages)


@pytest.mark.tool("testsolv")
def test_every_operator_and_rule_is_read(tmp_path: Path) -> None:
    instance = make(
        [*(candidate(name) for name in "abcdef"), candidate("c", version="2")],
        requires=[("a", ("any", ("all", "b", "d"), "e")), ("b", ("any", "f", ("not", "c")))],
        conflicts=[("a", ("all", "e", "f")), ("d", "e")],
        required=["a", ("any", "b", "e")],
        forbidden=["f", ("all", "e", "c")],
        objectives=["packages"],
    )
    exported = solved(instance)
    assert said(write(exported), tmp_path) == ""


@pytest.mark.tool("testsolv")
def test_a_package_that_is_missing_is_told(tmp_path: Path) -> None:
    instance = make("ab", requires=[("a", "b")], required=["a"], objectives=["packages"])
    content = write(solved(instance)).replace(b"#>install b-1-1.noarch@base\n", b"")
    assert "+install b-1-1.noarch@base" in said(content, tmp_path)


@pytest.mark.tool("testsolv")
def test_two_kernels_may_stand_side_by_side(tmp_path: Path) -> None:
    made = make("ab", required=["a", "b"], objectives=["packages"])
    kernels = (candidate("kernel", 0), candidate("kernel", 1, version="2"))
    content = write(solved(msgspec.structs.replace(made, packages=kernels)))
    assert b"job multiversion name kernel" in content
    assert said(content, tmp_path) == ""


def test_what_diverges_is_said() -> None:
    text = write(real("demo")).decode()
    assert "# git is downstream: limit" in text
    assert "@@stubs" in text
