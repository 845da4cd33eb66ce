"""Signed repositories as a user meets them: exit codes, one line each, and who signed in the results."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.repository.making import create_repository
from tests.repository.signing import SIGNATURE, Signer, signer

pytestmark = pytest.mark.tool("gpg")

PROBLEM = """\
format: 1
name: signed
arch: x86_64
repositories:
  - {id: base, origin: upstream, baseurl: base, gpgkey: key.asc}
features: {required: [bash]}
"""


@pytest.fixture(scope="module")
def gpg() -> Iterator[Signer]:
    home = Path(f"/tmp/pkgset-cli-gpg-{os.getpid()}")
    with signer(home) as gpg:
        gpg.make("mine")
        gpg.make("theirs")
        yield gpg
    shutil.rmtree(home)


@pytest.fixture
def problem(tmp_path: Path, gpg: Signer) -> Path:
    create_repository(tmp_path / "base", [("bash-0:5.2-1.x86_64", ())], {})
    (tmp_path / "key.asc").write_bytes(gpg.export("mine"))
    path = tmp_path / "signed.yaml"
    path.write_text(PROBLEM)
    return path


def sign(problem: Path, gpg: Signer, name: str) -> None:
    root = problem.parent / "base"
    (root / SIGNATURE).write_bytes(gpg.sign((root / "repodata" / "repomd.xml").read_bytes(), name))


def test_results_say_who_signed_and_the_manifest_does_not_change(run: Run, problem: Path, gpg: Signer) -> None:
    sign(problem, gpg, "mine")
    written = problem.parent / "signed"
    assert run("solve", problem, "-o", problem.parent).exit_code == 0
    manifest = (written / "manifest.json").read_bytes()
    (source,) = json.loads((written / "run.json").read_bytes())["inputs"]
    assert source["signed_by"] == gpg.fingerprints("mine")[0]
    assert run("verify", written, "--instance", written / "problem.instance").exit_code == 0

    problem.write_text(PROBLEM.replace(", gpgkey: key.asc", ""))
    assert run("solve", problem, "-o", problem.parent).exit_code == 0
    assert (written / "manifest.json").read_bytes() == manifest
    (unsigned,) = json.loads((written / "run.json").read_bytes())["inputs"]
    read = hashlib.sha256((problem.parent / "key.asc").read_bytes()).hexdigest()
    assert source == unsigned | {"signed_by": gpg.fingerprints("mine")[0], "keys": [f"sha256:{read}"]}


def test_an_unsigned_repository_is_bad_data(run: Run, problem: Path, gpg: Signer) -> None:
    for command in (("solve", "--no-write"), ("check",)):
        printed = run(*command, problem)
        assert (printed.exit_code, printed.out) == (65, "")
        (line,) = printed.err.splitlines()
        assert line.startswith(f"{problem}: repository base: {problem.parent}/base: {SIGNATURE}: signature missing")
    sign(problem, gpg, "theirs")
    printed = run("solve", "--no-write", problem)
    assert printed.exit_code == 65
    assert printed.err.endswith(f"found one by the unknown key {gpg.fingerprints('theirs')[0]}\n")


@pytest.mark.parametrize("content", [None, b"no key"])
def test_a_key_that_cannot_be_read_is_a_mistake_of_the_problem(
    content: bytes | None, run: Run, problem: Path
) -> None:
    key = problem.parent / "key.asc"
    key.unlink()
    if content is not None:
        key.write_bytes(content)
    printed = run("solve", "--no-write", problem)
    assert printed.exit_code == 2
    (line,) = printed.err.splitlines()
    assert line.startswith(f"{problem}:5: repositories[0].gpgkey: expected a ")


def test_a_key_that_cannot_be_fetched_is_out_of_reach(run: Run, problem: Path) -> None:
    problem.write_text(PROBLEM.replace("key.asc", "'https://user:s3cret@127.0.0.1:1/key'"))
    printed = run("solve", "--no-write", problem)
    assert printed.exit_code == 66
    (line,) = printed.err.splitlines()
    assert line.startswith(f"{problem}: repository base: https://127.0.0.1:1/key: the key: ")
