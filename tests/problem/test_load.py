"""Every key of a problem file arrives in the Problem."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.problem.dependency import Capability, Comparison, Rich, RichOperator
from optimizer.problem.load import load_problem
from optimizer.problem.problem import (
    DEFAULT_OBJECTIVES,
    Candidates,
    CompsGroup,
    Downstream,
    Limits,
    Missing,
    Objective,
    ObjectiveKind,
    Origin,
    PackageVersion,
    Policy,
    WeakDependencies,
)
from tests.problem.writing import FEATURES, HEAD, load, load_after_head, write

DESIGN_EXAMPLE = """\
format: 1
name: photon-1.0-tp1-minimal
arch: x86_64
repositories:
  - id: centos-7.2.1511
    origin: upstream
    baseurl: https://vault.centos.org/7.2.1511/os/x86_64/   # one or a list of mirrors; a directory works too
  - id: photon-1.0-tp1
    origin: downstream
    baseurl: photon-1.0-tp1          # relative to this file
equivalents: equivalents/photon-to-centos-7.yaml
features:
  required:
    - systemd
    - (tdnf or dnf)
    - /usr/sbin/sshd
    - group: core                    # comps group
  optional:
    - {require: cloud-init, value: 10}
  forbidden:
    - python(abi) = 3.6
limits:
  installed_size: 512 MiB
  packages: 250
policy:
  candidates: newest
  downstream: rebuilt                # shipped | rebuilt | none
  missing: error                     # error | stub
  weak_dependencies: ignore          # ignore | follow
  unknown_size: zero
objectives: [divergence, installed_size, packages]
"""


def test_the_example_of_the_design_page(tmp_path: Path) -> None:
    (tmp_path / "equivalents").mkdir()
    write(
        tmp_path / "equivalents",
        "format: 1\nequivalents:\n  Linux-PAM: {upstream: pam, why: renamed}\n",
        "photon-to-centos-7.yaml",
    )
    problem = load(tmp_path, DESIGN_EXAMPLE)
    assert (problem.name, problem.arch, problem.file) == (
        "photon-1.0-tp1-minimal",
        "x86_64",
        tmp_path / "problem.yaml",
    )
    assert [(source.id, source.origin, source.locations) for source in problem.repositories] == [
        ("centos-7.2.1511", Origin.UPSTREAM, ("https://vault.centos.org/7.2.1511/os/x86_64/",)),
        ("photon-1.0-tp1", Origin.DOWNSTREAM, (str(tmp_path / "photon-1.0-tp1"),)),
    ]
    assert [(str(feature.require), feature.required, feature.value) for feature in problem.features] == [
        ("systemd", True, 0),
        ("(tdnf or dnf)", True, 0),
        ("/usr/sbin/sshd", True, 0),
        ("group: core", True, 0),
        ("cloud-init", False, 10),
    ]
    assert [str(one.require) for one in problem.forbidden] == ["python(abi) = 3.6"]
    assert (problem.limits.installed_bytes, problem.limits.packages) == (512 * 2**20, 250)
    assert (problem.limits.download_bytes, problem.limits.downstream_sources) == (None, None)
    assert problem.policy == Policy(downstream=Downstream.REBUILT)
    assert [objective.kind.value for objective in problem.objectives] == ["divergence", "installed_size", "packages"]
    (row,) = problem.equivalents
    assert (row.name, row.upstream, row.why, row.stand_in) == ("Linux-PAM", (Capability("pam"),), "renamed", False)
    assert str(row.position) == f"{tmp_path}/equivalents/photon-to-centos-7.yaml:3: equivalents.Linux-PAM"


def test_defaults(tmp_path: Path) -> None:
    problem = load(tmp_path, HEAD + FEATURES)
    assert problem.name == "problem"
    assert problem.objectives == DEFAULT_OBJECTIVES
    assert problem.policy == Policy()
    assert problem.limits == Limits()
    assert problem.releasever is None
    assert problem.equivalents + problem.forbidden + problem.pins == ()
    assert problem.lock + problem.previous == ()
    assert problem.modules == ()


def test_keys_that_stand_empty_are_absent(tmp_path: Path) -> None:
    empty = "".join(
        f"{key}:\n" for key in ("name", "limits", "pins", "policy", "objectives", "modules", "lock", "equivalents")
    )
    assert load(tmp_path, HEAD + FEATURES + empty) == load(tmp_path, HEAD + FEATURES)


def test_positions_tell_file_line_and_key_path(tmp_path: Path) -> None:
    problem = load_after_head(
        tmp_path, "features:\n  required:\n    - bash\n    - require: zsh\n      group: shells\n"
    )
    assert str(problem.features[1].position) == f"{tmp_path}/problem.yaml:9: features.required[1]"
    assert str(problem.repositories[1].position) == f"{tmp_path}/problem.yaml:5: repositories[1].id"


def test_positions_show_the_path_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, HEAD + FEATURES)
    monkeypatch.chdir(tmp_path)
    problem = load_problem(Path("problem.yaml"))
    assert problem.features[0].position.file == "problem.yaml"
    assert problem.file == tmp_path / "problem.yaml"
    assert problem.repositories[0].locations == (str(tmp_path / "base"),)


def test_feature_forms(tmp_path: Path) -> None:
    text = """\
features:
  required:
    - {require: {group: core}, group: bases}
    - {group: web-server}
  optional:
    - nano
    - {require: vim >= 2:8.0-1, value: 3, group: editors}
    - require: >-
        (emacs if
        (x11 or wayland))
  forbidden:
    - {require: telnet}
limits: {feature_groups: {editors: {min: 1, max: 2}, bases: {min: 1}}}
"""
    problem = load_after_head(tmp_path, text)
    vim = Capability("vim", Comparison.GE, "2:8.0-1")
    screen = Rich(RichOperator.OR, (Capability("x11"), Capability("wayland")))
    assert [(one.require, one.required, one.value, one.group) for one in problem.features] == [
        (CompsGroup("core"), True, 0, "bases"),
        (CompsGroup("web-server"), True, 0, None),
        (Capability("nano"), False, 1, None),
        (vim, False, 3, "editors"),
        (Rich(RichOperator.IF, (Capability("emacs"), screen)), False, 1, None),
    ]
    assert [one.require for one in problem.forbidden] == [Capability("telnet")]
    groups = [(one.group, one.minimum, one.maximum) for one in problem.limits.feature_groups]
    assert groups == [("editors", 1, 2), ("bases", 1, None)]


def test_limits_and_their_positions(tmp_path: Path) -> None:
    text = "limits:\n  installed_size: 1.5 GiB\n  download_size: 200 MB\n  packages: 0\n  downstream_sources: 3\n"
    limits = load_after_head(tmp_path, text).limits
    assert (limits.installed_bytes, limits.download_bytes) == (3 * 2**29, 200_000_000)
    assert (limits.packages, limits.downstream_sources) == (0, 3)
    assert {key: position.line for key, position in limits.positions.items()} == {
        "installed_size": 7,
        "download_size": 8,
        "packages": 9,
        "downstream_sources": 10,
    }


def test_equivalents_forms(tmp_path: Path) -> None:
    text = """\
equivalents:
  one: two
  several: [a, "b >= 1", (c or d)]
  nobody: null
  nobody-said-why: {upstream: null, why: theirs alone}
  other: {upstream: [a], stand_in: true}
  config(x): config(y)
"""
    problem = load_after_head(tmp_path, text)
    rows = [(row.name, tuple(map(str, row.upstream)), row.why, row.stand_in) for row in problem.equivalents]
    assert rows == [
        ("one", ("two",), "", False),
        ("several", ("a", "b >= 1", "(c or d)"), "", False),
        ("nobody", (), "", False),
        ("nobody-said-why", (), "theirs alone", False),
        ("other", ("a",), "", True),
        ("config(x)", ("config(y)",), "", False),
    ]
    without = load_after_head(tmp_path, "stand_ins: false\n" + text)
    assert [row.name for row in without.equivalents] == [row[0] for row in rows if not row[3]]
    assert load_after_head(tmp_path, "stand_ins: true\n" + text).equivalents[4].stand_in


def test_pins(tmp_path: Path) -> None:
    text = """\
pins:
  - bash = 5.1.8-6.el9
  - zsh < 6
  - {name: linux, origin: downstream}
  - {name: glibc, version: "1:2.34", repository: base}
  - {name: rpm, version: ">= 4.16"}
"""
    pins = load_after_head(tmp_path, text).pins
    assert [(pin.name, str(pin.relation), pin.origin, pin.repository) for pin in pins] == [
        ("bash", "bash = 5.1.8-6.el9", None, None),
        ("zsh", "zsh < 6", None, None),
        ("linux", "None", Origin.DOWNSTREAM, None),
        ("glibc", "glibc = 1:2.34", None, "base"),
        ("rpm", "rpm >= 4.16", None, None),
    ]


def test_manifests_for_lock_and_previous(tmp_path: Path) -> None:
    package = {"name": "a", "epoch": 1, "version": "2", "release": "3", "arch": "noarch", "origin": "upstream"}
    manifest = {"format": 1, "packages": [package, package | {"name": "b", "epoch": 0}], "totals": {}}
    write(tmp_path, json.dumps(manifest), "manifest.json")
    problem = load_after_head(tmp_path, "lock: manifest.json\nprevious: ./manifest.json\nobjectives: [changes]\n")
    assert problem.lock == problem.previous
    assert problem.lock == (PackageVersion("a", 1, "2", "3", "noarch"), PackageVersion("b", 0, "2", "3", "noarch"))
    assert problem.objectives == (Objective(ObjectiveKind.CHANGES),)


def test_policy_objectives_modules(tmp_path: Path) -> None:
    text = """\
policy:
  candidates: all
  downstream: none
  missing: stub
  weak_dependencies: follow
  unknown_size: 10 kB
  multilib: true
  install_only: [kernel, kernel-uek]
objectives: [features, {divergence: {weights: {linux: 5, bash: 0}}}, age]
modules: [nodejs:18, php:8.1]
releasever: 9
"""
    problem = load_after_head(tmp_path, text)
    assert problem.policy == Policy(
        candidates=Candidates.ALL,
        downstream=Downstream.NONE,
        missing=Missing.STUB,
        weak_dependencies=WeakDependencies.FOLLOW,
        unknown_size=10_000,
        multilib=True,
        install_only=("kernel", "kernel-uek"),
    )
    assert problem.objectives == (
        Objective(ObjectiveKind.FEATURES),
        Objective(ObjectiveKind.DIVERGENCE, (("bash", 0), ("linux", 5))),
        Objective(ObjectiveKind.AGE),
    )
    assert problem.modules == ("nodejs:18", "php:8.1")
    assert problem.releasever == "9"


@pytest.mark.parametrize(("word", "expected"), [("error", "error"), ("zero", 0), ("7", 7)])
def test_unknown_sizes(tmp_path: Path, word: str, expected: object) -> None:
    assert load_after_head(tmp_path, f"policy: {{unknown_size: {word}}}\n").policy.unknown_size == expected


def test_words_that_older_yaml_takes_for_truth_are_names(tmp_path: Path) -> None:
    problem = load_after_head(tmp_path, "features: {required: [on, no, y, 2015-05-15, 12:30, 1_000, '5']}\n")
    assert [str(one.require) for one in problem.features] == ["on", "no", "y", "2015-05-15", "12:30", "1_000", "5"]
