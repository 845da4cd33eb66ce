"""`pkgset export --steering`: few words for an answer, what was shown of them, and what stands in the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO, read_problem

#: So small that every shorter request is asked in less than a second.
FEW = DEMO / "multilib.yaml"


@pytest.fixture
def without_dnf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide dnf."""
    monkeypatch.setenv("PATH", str(tmp_path))


def test_the_shortest_request_takes_the_place_of_the_list(run: Run, without_dnf: None) -> None:
    said = run("export", FEW, "--format", "dnf-arguments", "--steering")
    words = said.out.splitlines()
    assert said.exit_code == 0
    assert words[words.index("install") + 1 :] == [
        "bash",
        "glibc-minimal-langpack",
        "libgcc-14.0.1-0.15.hb9.i686",
        "openssl-libs-1:3.2.1-8.hb9.i686",
        "openssl-libs-1:3.2.1-8.hb9.x86_64",
    ]
    assert "steering: 5 words for 16 packages; no request is shorter: libsolv was asked" in said.err
    assert "libsolv installs exactly the 16 packages for it; dnf was not asked: it is not installed" in said.err


@pytest.mark.tool("dnf")
def test_dnf_agrees(run: Run, tmp_path: Path) -> None:
    said = run("export", FEW, "--format", "dnf-arguments", "--steering", "--json", "-o", tmp_path / "arguments")
    told = json.loads(said.out)["steering"]
    assert (told["words"], told["at_least"], told["proven"], told["dnf_not_asked"]) == (5, 5, True, "")
    assert told["names"] == ["bash", "glibc-minimal-langpack"]
    assert len(told["pins"]) == 3
    assert f"so does dnf {told['dnf']}" in said.err


def test_a_result_is_asked_about_with_its_problem(run: Run, tmp_path: Path, without_dnf: None) -> None:
    run("solve", "-q", "-o", tmp_path, FEW)
    export = ("export", tmp_path / "demo-multilib", "--format", "kickstart", "--steering", "--allow-lossy")
    refused = run(*export)
    assert refused.exit_code == 2
    assert "--problem" in refused.err
    said = run(*export, "--problem", FEW)
    assert said.exit_code == 0
    assert "glibc-minimal-langpack" in said.out
    assert "ncurses-base" not in said.out


def test_out_of_time_the_request_is_not_called_the_shortest(run: Run, without_dnf: None) -> None:
    words = ("export", DEMO / "upstream-only.yaml", "--format", "dnf-arguments", "--steering")
    said = run(*words, "--time-limit", "0.5")
    assert said.exit_code == 0
    assert "none of which can be left out; not proven the shortest" in said.err
    assert "the time was up after 0.5 s" in said.err


def test_where_there_is_none_it_is_said_why(run: Run, without_dnf: None) -> None:
    said = run("export", DEMO / "demo.yaml", "--format", "dnf-arguments", "--steering", "--allow-lossy")
    assert (said.exit_code, said.out) == (3, "")
    assert "there is no request that gives this answer" in said.err
    assert "no repository has stub:attestation-agent" in said.err
    assert "Build them" in said.err


def test_a_list_of_files_has_nothing_to_steer(run: Run) -> None:
    said = run("export", FEW, "--format", "rpms-lock", "--steering")
    assert said.exit_code == 2
    assert "nothing to steer" in said.err


def test_a_problem_of_other_repositories_is_refused(run: Run, tmp_path: Path, without_dnf: None) -> None:
    problem = read_problem(FEW)
    problem["repositories"] = [
        {"id": "elsewhere", "origin": "upstream", "baseurl": str(DEMO / "repositories" / "harbour")}
    ]
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(problem))
    said = run("export", FEW, "--format", "dnf-arguments", "--steering", "--problem", other)
    assert said.exit_code == 2
    assert "has no repository harbour" in said.err
