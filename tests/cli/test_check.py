"""`pkgset check`: every name looked up, every doubtful one told with what is near, nothing solved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO, PROBLEMS

Write = Callable[..., Path]


@pytest.mark.parametrize("name", sorted(path.stem for path in PROBLEMS))
def test_the_demo_has_no_errors(run: Run, name: str) -> None:
    printed = run("check", DEMO / f"{name}.yaml")
    assert printed.exit_code == 0
    assert "error:" not in printed.err


def test_the_table_has_every_name(run: Run) -> None:
    out = run("check", DEMO / "demo.yaml").out
    assert "16      group      core                                 10 packages" in out
    assert "23      feature    /usr/share/zoneinfo/UTC              tzdata-2024a-5.hb9.noarch" in out
    assert "35      feature    attestation-agent                    stub: must be packaged" in out
    assert "47      forbidden  libdb-5.3.so()(64bit)                libdb-5.3.28-61.hb9.x86_64" in out
    assert "52      pin        os-release from downstream           os-release-2.1-1.sk2.noarch" in out
    assert "equivalents: 16 of 16 rows stand for something upstream" in out


@pytest.mark.parametrize(
    ("feature", "told"),
    [
        ("bahs", "nobody provides bahs; did you mean 'bash'?"),
        ("bash >= 99", "nobody provides bash >= 99, there is bash = 5.2.15-2.sk2 and bash = 5.2.26-3.hb9"),
        ("glibc(x86-32)", "policy.multilib: true would admit glibc-2.39-17.hb9.i686"),
        ("tmux = 3.4-1.hb9", "policy.candidates: all, or a pin, would admit tmux-3.4-1.hb9.x86_64"),
        ("nodejs(engine) >= 22", "name it under modules: to admit nodejs-1:22.1.0-1.module_hb9+41+6f0a2c77.x86_64"),
        ("(bash and kernal)", "nobody provides kernal; did you mean 'kernel'?"),
    ],
)
def test_a_required_feature_nobody_provides_is_an_error(
    run: Run, write_problem: Write, feature: str, told: str
) -> None:
    file = write_problem("wrong", f'{{required: ["{feature}"]}}')
    printed = run("check", file)
    assert printed.exit_code == 2
    assert printed.err.startswith(f"error: {file}:7: features.required[0]: feature {feature}: ")
    assert told in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("features", "lines", "told"),
    [
        ("{optional: [emacs]}", (), "features.optional[0]: feature emacs: nobody provides emacs"),
        ("{forbidden: [perlx]}", (), "features.forbidden[0]: forbidden perlx forbids nothing: nobody provides perlx"),
        ("{required: [bahs]}", ("policy: {missing: stub}",), "listed as 'must be packaged' (policy.missing: stub)"),
        (
            "{required: [bash]}",
            ("pins: [bahs = 1]",),
            "pins[0]: pin bahs = 1: nobody provides bahs; did you mean 'bash'?",
        ),
        (
            "{required: [bash]}",
            ("pins: [bash = 99]",),
            "the pin bash = 99 fits no candidate, so it excludes bash-5.2.15-2.sk2.x86_64 and bash-5.2.26-3.hb9",
        ),
        (
            "{required: [bash]}",
            ("equivalents: {sh: [bash, keel]}",),
            "equivalents.sh: equivalent sh stands for nothing upstream: keel is there only downstream, as keel-1.4.2",
        ),
    ],
)
def test_the_doubtful_is_a_warning(
    run: Run, write_problem: Write, features: str, lines: tuple[str, ...], told: str
) -> None:
    printed = run("check", write_problem("doubtful", features, *lines))
    assert printed.exit_code == 0
    assert printed.err.startswith("warning: ")
    assert told in printed.err
    assert len(printed.err.splitlines()) == 1


def test_groups_and_modules_are_all_told_at_once(run: Run, write_problem: Write) -> None:
    file = write_problem("many", "{required: [{group: cor}, bahs]}", "modules: [nodjs:22, nodejs:22, redis:99]")
    printed = run("check", file)
    assert printed.exit_code == 2
    assert [line.split(": ")[2] for line in printed.err.splitlines()] == [
        "modules[0]",
        "modules[2]",
        "features.required[0]",
        "features.required[1]",
    ]
    assert "did you mean 'core'" in printed.err
    assert "did you mean 'nodejs:22'?" in printed.err
    assert re.search(r"^8 +module +nodejs:22 +active$", printed.out, re.MULTILINE)
    assert re.search(r"^8 +module +redis:99 +NO STREAM$", printed.out, re.MULTILINE)


def test_an_equivalent_is_asked_of_upstream_before_other_rows(run: Run, write_problem: Write) -> None:
    printed = run("check", write_problem("rows", "{required: [bash]}", "equivalents: {shell: bash, login: shell}"))
    assert "equivalents: 1 of 2 rows stand for something upstream" in printed.out
    assert "equivalent login stands for nothing upstream: nobody provides shell" in printed.err


def test_json_is_one_list(run: Run, write_problem: Write, tmp_path: Path) -> None:
    file = write_problem("wrong", "{required: [bahs]}")
    printed = run("check", "--json", file, tmp_path / "none.yaml")
    wrong, missing = json.loads(printed.out)
    assert wrong["exit_code"] == missing["exit_code"] == printed.exit_code == 2
    assert wrong["findings"] == [
        {
            "kind": "feature",
            "text": "bahs",
            "where": f"{file}:7: features.required[0]",
            "severity": "error",
            "providers": 0,
            "examples": [],
            "absent": [{"text": "bahs", "other_versions": [], "held_back": [], "nearest": ["bash"]}],
            "stub": False,
        }
    ]
    assert missing["errors"] == [
        f"{tmp_path / 'none.yaml'}:1: expected a readable file, found No such file or directory"
    ]


@pytest.mark.data
def test_real_repositories(run: Run, data_directory: Path) -> None:
    file = DEMO.parent / "photon-1.0-tp1-minimal.yaml"
    printed = run("check", file, "--mirror", data_directory)
    assert (printed.exit_code, printed.err) == (0, "")
