"""`extends`: keys of two files become one problem, and every mistake names the file and line it was made in."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.problem.error import ProblemError
from optimizer.problem.extend import ADDED, MAX_CHAIN, MERGED
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Limits, Problem
from optimizer.problem.shape import ProblemShape
from tests.problem.writing import HEAD, mistakes, write

BASE = (
    HEAD
    + """\
name: base
equivalents:
  one: {upstream: two, why: renamed, stand_in: true}
  three: four
features:
  required:
    - bash
    - {require: glibc, group: core}
    - group: minimal
  optional:
    - {require: vim, value: 3}
  forbidden: [systemd]
limits:
  packages: 10
  installed_size: 1 GiB
  feature_groups:
    core: {min: 1, max: 1}
policy: {candidates: all, multilib: true}
pins: [bash = 5]
objectives: [packages]
"""
)
OWN = "format: 1\nextends: base.yaml\nname: own\n"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write(tmp_path, BASE, "base.yaml")
    return tmp_path


def _own(directory: Path, text: str = "") -> Problem:
    return load_problem(write(directory, OWN + text))


def _asked(problem: Problem) -> list[str]:
    return [str(feature.require) for feature in problem.features]


def test_a_file_that_says_nothing_asks_the_same_under_its_own_name(directory: Path) -> None:
    base, own = load_problem(directory / "base.yaml"), _own(directory)

    assert own.name == "own"
    assert own.file == directory / "problem.yaml"
    assert [file.name for file in own.files] == ["problem.yaml", "base.yaml"]
    assert own.files[1:] == base.files
    changed = ("name", "file", "files")
    assert all(getattr(own, key) == getattr(base, key) for key in Problem.__slots__ if key not in changed)


def test_features_are_added_after_the_bases(directory: Path) -> None:
    own = _own(directory, "features:\n  required: [curl]\n  optional: [nano]\n  forbidden: [dbus]\n")

    assert _asked(own) == ["bash", "glibc", "group: minimal", "curl", "vim", "nano"]
    assert [str(one.require) for one in own.forbidden] == ["systemd", "dbus"]


def test_without_takes_features_of_the_base_away_by_their_text(directory: Path) -> None:
    own = _own(
        directory,
        "features:\n  without: [glibc, 'group: minimal', vim, systemd]\n  required: [glibc-minimal]\n"
        "limits: {feature_groups: }\n",
    )

    assert _asked(own) == ["bash", "glibc-minimal"]
    assert own.forbidden == ()


def test_without_alone_takes_away_too(directory: Path) -> None:
    assert _asked(_own(directory, "features: {without: [bash]}\n")) == ["glibc", "group: minimal", "vim"]


def test_what_was_taken_away_may_come_back_in_another_form(directory: Path) -> None:
    own = _own(directory, "features: {without: [vim], optional: [{require: vim, value: 9}]}\n")

    assert [(str(one.require), one.value) for one in own.features if not one.required] == [("vim", 9)]


def test_mappings_merge_and_all_else_replaces(directory: Path) -> None:
    own = _own(
        directory,
        "limits: {packages: 20, feature_groups: {core: {max: 2}}}\npolicy: {candidates: newest}\n"
        "pins: []\nobjectives: [divergence]\n",
    )

    assert (own.limits.packages, own.limits.installed_bytes) == (20, 2**30)
    assert [(group.minimum, group.maximum) for group in own.limits.feature_groups] == [(None, 2)]
    assert (own.policy.candidates.value, own.policy.multilib) == ("newest", True)
    assert own.pins == ()
    assert [objective.kind.value for objective in own.objectives] == ["divergence"]


def test_a_row_of_equivalents_replaces_a_row_whole(directory: Path) -> None:
    own = _own(directory, "equivalents: {one: {upstream: five}, six: seven}\n").equivalents

    assert [(row.name, str(row.upstream[0]), row.why, row.stand_in) for row in own] == [
        ("one", "five", "", False),
        ("three", "four", "", False),
        ("six", "seven", "", False),
    ]


@pytest.mark.parametrize("nothing", ["limits:\n", "limits: {packages: , installed_size: , feature_groups: }\n"])
def test_an_empty_value_takes_the_bases_away(directory: Path, nothing: str) -> None:
    assert _own(directory, nothing).limits == Limits()


def test_relative_paths_begin_beside_the_file_they_stand_in(tmp_path: Path) -> None:
    for name in ("family", "tables"):
        (tmp_path / name).mkdir()
    write(tmp_path / "tables", "format: 1\nequivalents: {a: b}\n", "names.yaml")
    write(tmp_path / "family", HEAD + "equivalents: ../tables/names.yaml\nfeatures: {}\n", "base.yaml")
    write(tmp_path / "family", "[extra]\nbaseurl=extra\n", "extra.repo")
    own = write(
        tmp_path,
        "format: 1\nextends: family/base.yaml\nname: own\nfeatures: {required: [bash]}\n",
    )

    problem = load_problem(own)

    assert [source.locations for source in problem.repositories] == [
        (str(tmp_path / "family" / "base"),),
        (str(tmp_path / "family" / "own"),),
    ]
    assert [row.name for row in problem.equivalents] == ["a"]


def test_positions_are_those_of_the_file_a_value_comes_from(directory: Path) -> None:
    own = _own(directory, "features:\n  without: [bash]\n  required: [curl]\nlimits: {packages: 3}\n")

    glibc, _, curl, _ = own.features
    assert (glibc.position.file, glibc.position.line, glibc.position.path) == (
        str(directory / "base.yaml"),
        BASE.splitlines().index("    - {require: glibc, group: core}") + 1,
        "features.required[1]",
    )
    assert (curl.position.file, curl.position.line, curl.position.path) == (
        str(directory / "problem.yaml"),
        6,
        "features.required[0]",
    )
    assert own.limits.positions["packages"].brief == "problem.yaml:7: limits.packages"
    assert own.limits.positions["installed_size"].brief.startswith("base.yaml:")


MISTAKES = {
    "in the base": ("", ("  packages: 10", "  packages: ten"), "base.yaml:19: limits.packages: expected an integer"),
    "unknown key of the base": ("", ("pins:", "pin:"), "base.yaml:24: pin: expected one of the keys"),
    "in a feature of the base": (
        "features: {without: [bash]}\n",
        ("require: glibc", "require: (glibc"),
        "base.yaml:13: features.required[1].require: expected ')' in column 7",
    ),
    "own after the base's": (
        "features:\n  required:\n    - curl\n    - a b\n",
        ("", ""),
        "7: features.required[1]: expected a comparison or the end",
    ),
    "a feature again": (
        "features: {required: [bash]}\n",
        ("", ""),
        (
            "4: features.required[0]: expected each feature once, found 'bash' again (first at base.yaml:12: "
            "features.required[0])"
        ),
    ),
    "without what is not there": (
        "features: {without: [bsh]}\n",
        ("", ""),
        (
            "4: features.without[0]: expected a feature of base.yaml, as it is written there, found 'bsh'; "
            "did you mean 'bash'?"
        ),
    ),
    "without no text": (
        "features: {without: [5]}\n",
        ("", ""),
        "4: features.without[0]: expected some text, found 5",
    ),
    "a required key emptied": ("arch:\n", ("", ""), "4: arch: expected one of x86_64"),
}


@pytest.mark.parametrize(("text", "change", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_names_the_file_and_line_it_was_made_in(
    tmp_path: Path, text: str, change: tuple[str, str], expected: str
) -> None:
    write(tmp_path, BASE.replace(*change) if change[0] else BASE, "base.yaml")

    (found,) = mistakes(tmp_path, OWN + text)

    assert found.startswith(expected)


REFUSED = {
    "absolute": ("/base.yaml", "expected a problem file, by its path relative to this one, found '/base.yaml'"),
    "home": ("~/base.yaml", "expected a problem file, by its path relative to this one"),
    "a URL": ("https://example.org/base.yaml", "expected a problem file, by its path relative to this one"),
    "a number": ("5", "expected a problem file, by its path relative to this one, found 5"),
    "a list": ("[base.yaml]", "expected a problem file, by its path relative to this one, found a list"),
    "blank": ("' '", "expected a problem file, by its path relative to this one, found ' '"),
    "not there": ("no.yaml", "expected a readable file, found 'no.yaml' (No such file or directory)"),
    "a directory": (".", "expected a readable file, found '.' (Is a directory)"),
    "itself": ("problem.yaml", "expected a file that does not extend this one, found the loop"),
    "itself by another path": ("./problem.yaml", "expected a file that does not extend this one, found the loop"),
}


@pytest.mark.parametrize(("name", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_base_that_cannot_be_had_is_the_only_mistake(tmp_path: Path, name: str, expected: str) -> None:
    (found,) = mistakes(tmp_path, f"format: 1\nname: own\nextends: {name}\n")

    assert found.startswith(f"3: extends: {expected}")


def test_a_loop_names_its_chain(tmp_path: Path) -> None:
    write(tmp_path, "format: 1\nname: b\nextends: c.yaml\n", "b.yaml")
    write(tmp_path, "format: 1\nname: c\nextends: b.yaml\n", "c.yaml")

    (found,) = mistakes(tmp_path, "format: 1\nname: own\nextends: b.yaml\n")

    assert found.startswith("c.yaml:3: extends: expected a file that does not extend this one, found the loop")
    assert found.endswith("problem.yaml -> b.yaml -> c.yaml -> b.yaml")


@pytest.mark.parametrize(("files", "sound"), [(MAX_CHAIN, True), (MAX_CHAIN + 1, False)])
def test_a_chain_has_an_end(tmp_path: Path, files: int, sound: bool) -> None:
    write(tmp_path, HEAD + "features: {required: [f0]}\n", "0.yaml")
    for number in range(1, files):
        text = f"format: 1\nname: n{number}\nextends: {number - 1}.yaml\nfeatures: {{required: [f{number}]}}\n"
        write(tmp_path, text, f"{number}.yaml")
    last = tmp_path / f"{files - 1}.yaml"
    if sound:
        assert _asked(load_problem(last)) == [f"f{number}" for number in range(files)]
    else:
        with pytest.raises(ProblemError, match=f"at most {MAX_CHAIN} files in a chain"):
            load_problem(last)


def test_mistakes_of_form_are_told_of_every_file_at_once(directory: Path) -> None:
    write(directory, BASE + "name: again\n", "base.yaml")

    first, second = mistakes(directory, OWN + "name: twice\n")

    assert first.startswith("4: name: expected each key once")
    assert second.startswith("base.yaml:")
    assert "name: expected each key once" in second


def test_a_base_that_is_no_mapping(tmp_path: Path) -> None:
    write(tmp_path, "- 1\n", "base.yaml")

    assert mistakes(tmp_path, OWN) == ["base.yaml:1: expected a mapping, found a list"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("extends: base.yaml\nformat: 1\n", "1: name: expected a name of its own beside extends, found none"),
        ("extends: base.yaml\nname: own\n", "1: format: expected 1, found no such key"),
    ],
)
def test_name_and_format_are_a_files_own(directory: Path, text: str, expected: str) -> None:
    assert mistakes(directory, text) == [expected]


def test_without_wants_a_base(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, HEAD + "features: {required: [bash], without: [bash]}\n")

    assert found == "6: features.without: expected a top-level extends: whose features these are, found none"


def test_what_is_merged_is_spelt_as_the_shape_spells_it() -> None:
    top = set(ProblemShape.__struct_fields__)

    assert {path[0] for path in MERGED | ADDED if path} <= top
    assert all(path[:-1] in MERGED for path in MERGED | ADDED if path)
