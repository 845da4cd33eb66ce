"""Every kind of mistake in a problem file: its line, its key path, what was expected, what may have been meant."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Position
from tests.problem.writing import FEATURES, FIRST_LINE, HEAD, load, mistakes, write

WHOLE_FILE = {
    "empty": ("", "1: expected a mapping with format and arch and repositories and features, found nothing"),
    "a list": ("- 1\n", "1: expected a mapping"),
    "syntax": ("format: 1\narch: [x86_64\n", "3: expected valid YAML, found a syntax error in column 1"),
    "two documents": ("format: 1\n---\nformat: 1\n", "2: expected one YAML document, found the start of another"),
    "too deep": ("[" * 40, "1: expected at most 32 levels, found deeper nesting"),
    "control character": ("format: 1\n# \x07\n", "2: expected printable text, found the character U+0007"),
    "no format": (
        HEAD.replace("format: 1\n", "") + FEATURES,
        "1: format: expected 1, found no such key",
    ),
    "other format": (HEAD.replace("format: 1", "format: 2") + FEATURES, "1: format: expected 1, found 2"),
    "format true": (HEAD.replace("format: 1", "format: true") + FEATURES, "1: format: expected 1, found true"),
    "no arch": (HEAD.replace("arch: x86_64\n", "") + FEATURES, "1: arch: expected one of x86_64"),
    "unknown arch": (
        HEAD.replace("x86_64", "x86-64") + FEATURES,
        (
            "2: arch: expected one of x86_64, x86_64_v2, i386, i486, i586, i686, aarch64, armv5tel, armv6hl, "
            "armv7hl, armv7hnl, ppc64, ppc64le, s390x, riscv64, loongarch64, found 'x86-64'; "
            "did you mean 'x86_64' or 'x86_64_v2'?"
        ),
    ),
    "no repositories": (
        "format: 1\narch: x86_64\n" + FEATURES,
        "1: repositories: expected a list, found no such key",
    ),
    "empty repositories": (
        "format: 1\narch: x86_64\nrepositories: []\n" + FEATURES,
        "3: repositories: expected a list of at least one, found an empty list",
    ),
    "no features": (HEAD, "1: features: expected a mapping, found no such key"),
}


@pytest.mark.parametrize(("text", "expected"), WHOLE_FILE.values(), ids=WHOLE_FILE.keys())
def test_a_wrong_file_gives_its_one_mistake(tmp_path: Path, text: str, expected: str) -> None:
    found = mistakes(tmp_path, text)
    assert len(found) == 1
    assert found[0].startswith(expected)


AFTER_HEAD = {
    "unknown key": ("polices: {}\n", "polices: expected one of the keys format, arch", "did you mean 'policy'"),
    "unknown key deep": (
        "limits: {installed_sise: 1}\n",
        (
            "limits.installed_sise: expected one of the keys installed_size, download_size, packages, "
            "downstream_sources, feature_groups, found 'installed_sise'; did you mean 'installed_size'?"
        ),
    ),
    "duplicate key": (
        "name: one\nname: two\n",
        "1: name: expected each key once, found it again (first on line 6)",
    ),
    "anchor": ("name: &n x\n", "name: expected a value without an anchor, found the anchor &n"),
    "alias": ("name: x\nstand_ins: *n\n", "stand_ins: expected a value written out, found the alias *n"),
    "foreign tag": (
        "name: !!python/object:x y\n",
        "name: expected a plain value, found the tag tag:yaml.org,2002:py",
    ),
    "core tag that lies": ("name: !!int y\n", "name: expected a plain value, found the tag tag:yaml.org,2002:int"),
    "complex key": ("? [a]\n: 1\n", "0: ['']: expected text as key, found a list"),
    "unsafe name": ("name: a/b\n", "name: expected a name of letters, digits and ._-+:", "found 'a/b'"),
    "hidden name": ("name: ..\n", "name: expected a name of letters", "found '..'"),
    "name with line break": ('name: "a\\n"\n', "name: expected a name of letters"),
    "number for text": ("lock: 5\n", "lock: expected some text, found 5 (quotes make it text)"),
    "text for truth": ("stand_ins: no\n", "stand_ins: expected true or false, found 'no'"),
    "releasever fraction": ("releasever: 7.2\n", "releasever: expected", "found 7.2 (quotes make it text)"),
    "feature glued": ("features: {required: [bash>=5]}\n", "features.required[0]: expected blanks around >=, found"),
    "feature half glued": ("features: {required: [bash>= 5]}\n", "required[0]: expected blanks around >="),
    "feature glued in rich": ("features: {required: [(a and b=1)]}\n", "required[0]: expected blanks around ="),
    "feature glued twice": ("features: {required: [a = 1=2]}\n", "required[0]: expected blanks around ="),
    "feature unclosed": (
        "features: {required: [(a or b]}\n",
        "required[0]: expected ')' in column 8, found '(a or b'",
    ),
    "feature two words": (
        "features: {required: [a b]}\n",
        "required[0]: expected a comparison or the end in column 3",
    ),
    "feature version": ("features: {required: ['a = 1,2']}\n", "required[0]: expected a version", "found '1,2'"),
    "feature at-group": (
        "features: {required: ['@core']}\n",
        "required[0]: expected {group: core} for a comps group",
    ),
    "feature empty": ("features: {required: ['']}\n", "required[0]: expected some text, found ''"),
    "feature blank": ("features: {required: ['  ']}\n", "required[0]: expected some text, found"),
    "feature control": ('features: {required: ["a\\x07"]}\n', "required[0]: expected some text, found"),
    "feature number": ("features: {required: [5.10]}\n", "required[0]:", "found 5.1 (quotes make it text)"),
    "feature null": ("features: {required: [null]}\n", "required[0]: expected some text or a mapping, found nothing"),
    "feature without require": ("features: {optional: [{value: 1}]}\n", "optional[0]: expected require or group"),
    "feature value required": (
        "features: {required: [{require: a, value: 2}]}\n",
        "features.required[0].value: expected a value only on optional features, found 2",
    ),
    "feature value zero": (
        "features: {optional: [{require: a, value: 0}]}\n",
        "optional[0].value: expected an integer from 1 to 1000000, found 0",
    ),
    "feature twice": (
        "features:\n  required: [bash,\n    bash]\n",
        "2: features.required[1]: expected each feature once, found 'bash' again (first on line 7)",
    ),
    "forbidden key": (
        "features: {forbidden: [{requires: a}]}\n",
        "forbidden[0].requires: expected one of",
        "'require'?",
    ),
    "forbidden syntax": (
        "features: {forbidden: [a =]}\n",
        "forbidden[0]: expected a version in column 4, found 'a ='",
    ),
    "size unit": (
        "limits: {installed_size: 512 KB}\n",
        (
            "limits.installed_size: expected a unit, one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, found '512 KB'; "
            "did you mean 'kB' or 'KiB'"
        ),
    ),
    "size fraction without unit": ("limits: {download_size: '1.5'}\n", "limits.download_size: expected a unit"),
    "size float": (
        "limits: {download_size: 1.5}\n",
        "limits.download_size: expected bytes as an integer or a number",
    ),
    "size negative": ("limits: {installed_size: -1}\n", "limits.installed_size: expected bytes as an integer"),
    "size negative text": (
        "limits: {installed_size: -1 MB}\n",
        "limits.installed_size: expected a number and a unit",
    ),
    "size too large": ("limits: {installed_size: 2000000 TiB}\n", "limits.installed_size: expected at most"),
    "count negative": (
        "limits: {packages: -1}\n",
        "limits.packages: expected an integer from 0 to 1000000, found -1",
    ),
    "count true": ("limits: {packages: true}\n", "limits.packages: expected an integer", "found true"),
    "group unknown": (
        "features: {required: [{require: a, group: editors}]}\nlimits: {feature_groups: {editor: {min: 1}}}\n",
        (
            "1: limits.feature_groups.editor: expected a group that some feature names, found 'editor'; "
            "did you mean 'editors'?"
        ),
    ),
    "group of comps": (
        "features: {required: [{group: core}]}\nlimits: {feature_groups: {core: {min: 1}}}\n",
        "limits.feature_groups.core: expected a group that some feature names, found 'core'",
    ),
    "group without bounds": (
        "features: {required: [{require: a, group: g}]}\nlimits: {feature_groups: {g: {}}}\n",
        "limits.feature_groups.g: expected min, max or both, found neither",
    ),
    "group crossed": (
        "features: {required: [{require: a, group: g}]}\nlimits: {feature_groups: {g: {min: 2, max: 1}}}\n",
        "limits.feature_groups.g: expected min at most max, found min 2, max 1",
    ),
    "pin bare": ("pins: [bash]\n", "pins[0]: expected NAME = VERSION, or another comparison, found 'bash'"),
    "pin rich": ("pins: [(a or b)]\n", "pins[0]: expected NAME = VERSION"),
    "pin without restriction": ("pins: [{name: a}]\n", "pins[0]: expected version, origin or repository, found none"),
    "pin origin": ("pins: [{name: a, origin: up}]\n", "pins[0].origin: expected one of upstream, downstream"),
    "pin name": ("pins: [{name: a b, version: '1'}]\n", "pins[0].name: expected a package name, found 'a b'"),
    "pin version number": ("pins: [{name: a, version: 5.1}]\n", "pins[0].version:", "(quotes make it text)"),
    "pin version syntax": ("pins: [{name: a, version: '1 2'}]\n", "pins[0].version: expected"),
    "pin repository": (
        "pins: [{name: a, repository: bas}]\n",
        "pins[0].repository: expected the id of a repository, found 'bas'; did you mean 'base'?",
    ),
    "lock missing": (
        "lock: no.json\n",
        "lock: expected a readable file, found 'no.json' (No such file or directory)",
    ),
    "lock of another kind": (
        "lock: problem.yaml\n",
        "lock: expected a manifest.json of pkgset, found 'problem.yaml'",
    ),
    "changes without previous": ("objectives: [changes]\n", "objectives[0]: expected a top-level previous:"),
    "objective unknown": (
        "objectives: [divergance]\n",
        (
            "objectives[0]: expected one of divergence, features, installed_size, download_size, packages, weak, "
            "changes, age, found 'divergance'; did you mean 'divergence'?"
        ),
    ),
    "objective twice": (
        "objectives: [packages, packages]\n",
        "objectives[1]: expected each objective once, found 'packages' again",
    ),
    "objective weight": (
        "objectives: [{divergence: {weights: {linux: -1}}}]\n",
        "objectives[0].divergence.weights.linux: expected an integer from 0 to 1000000, found -1",
    ),
    "module form": ("modules: [nodejs]\n", "modules[0]: expected name:stream, found 'nodejs'"),
    "module twice": (
        "modules: [a:1, a:2]\n",
        "modules[1]: expected one stream of each module, found 'a:2' beside 'a:1'",
    ),
    "policy word": (
        "policy: {candidates: newst}\n",
        "policy.candidates: expected one of newest, all, found 'newst'; did you mean 'newest'?",
    ),
    "policy unknown size": (
        "policy: {unknown_size: eror}\n",
        "policy.unknown_size: expected one of error, zero or",
        "mean 'error'",
    ),
    "policy install only": ("policy: {install_only: [a b]}\n", "policy.install_only[0]: expected a comparison"),
    "equivalent glued": ("equivalents: {a: b>=1}\n", "equivalents.a: expected blanks around >=, found 'b>=1'"),
    "equivalent name": ("equivalents: {a = 1: b}\n", "equivalents['a = 1']: expected one word, found 'a = 1'"),
    "equivalent name rich": (
        "equivalents: {(a): b}\n",
        "equivalents['(a)']: expected a capability without a version",
    ),
    "equivalent empty list": (
        "equivalents: {a: []}\n",
        "equivalents.a: expected a list of at least one, found an em",
    ),
    "equivalent without upstream": (
        "equivalents: {a: {why: x}}\n",
        "equivalents.a.upstream: expected some text or a list, found no such key",
    ),
    "equivalent in a list": ("equivalents: {a: [b, c=1]}\n", "equivalents.a[1]: expected blanks around ="),
    "equivalents file missing": ("equivalents: no.yaml\n", "equivalents: expected a readable file, found 'no.yaml'"),
}


@pytest.mark.parametrize("case", AFTER_HEAD.values(), ids=AFTER_HEAD.keys())
def test_a_wrong_part_gives_its_one_mistake(tmp_path: Path, case: tuple[str, ...]) -> None:
    text, first, *others = case
    found = mistakes(tmp_path, HEAD + text + ("" if "features:" in text else FEATURES))
    assert len(found) == 1, found
    if first[0].isdigit():
        offset, _, first = first.partition(": ")
        assert found[0].startswith(f"{FIRST_LINE + int(offset)}: ")
    else:
        assert found[0].startswith(f"{FIRST_LINE + text.rstrip().count(chr(10))}: ")
    for part in (first, *others):
        assert part in found[0]


def test_all_mistakes_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = """\
format: 1
arch: x86_65
repositories:
  - {id: a b, origin: upstream, baseurl: x}
  - {id: own, origin: downstraem, baseurl: own}
features:
  required: [bash>=5, {group: core, x: 1}]
  optional: [{require: (a or, value: -1}]
limits: {installed_size: 5 XB, packages: many}
pins: [bash]
objectives: [packages, packages, nothing]
polices: {}
"""
    found = mistakes(tmp_path, text)
    assert [line.split(": expected")[0] for line in found] == [
        "2: arch",
        "4: repositories[0].id",
        "5: repositories[1].origin",
        "7: features.required[1].x",
        "7: features.required[0]",
        "8: features.optional[0].value",
        "9: limits.packages",
        "9: limits.installed_size",
        "10: pins[0]",
        "11: objectives[2]",
        "11: objectives[1]",
        "12: polices",
    ]


def test_a_misspelt_required_key_is_one_mistake_not_two(tmp_path: Path) -> None:
    found = mistakes(tmp_path, HEAD.replace("repositories", "repositorys") + FEATURES)
    assert len(found) == 1
    assert "did you mean 'repositories'?" in found[0]


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "problem.yaml"
    path.write_bytes(b"format: 1\n# \xff\n")
    with pytest.raises(ProblemError, match=r"problem.yaml:2: expected UTF-8 text, found byte 0xff"):
        load_problem(path)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProblemError, match="expected a readable file"):
        load_problem(tmp_path / name)


def test_a_stem_that_is_no_directory_name_asks_for_a_name(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + FEATURES, "my problem.yaml")
    with pytest.raises(ProblemError, match=r"1: name: expected a name of letters.*'my problem' will not do"):
        load_problem(path)


def test_a_mistake_in_an_equivalents_file_has_that_files_name_and_line(tmp_path: Path) -> None:
    write(tmp_path, "format: 1\nequivalents:\n  a: b>=1\n  c: {upstream: d, wy: x}\n", "table.yaml")
    found = mistakes(tmp_path, HEAD + "equivalents: table.yaml\nname: a/b\n" + FEATURES)
    assert [line.split(", found")[0] for line in found] == [
        "7: name: expected a name of letters, digits and ._-+: that starts with a letter, digit or _",
        "table.yaml:3: equivalents.a: expected blanks around >=",
        "table.yaml:4: equivalents.c.wy: expected one of the keys upstream, why, stand_in",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [("format: 2\nequivalents: {}\n", "format: expected 1, found 2"), ("format: [", "expected valid YAML")],
)
def test_a_wrong_equivalents_file(tmp_path: Path, content: str, expected: str) -> None:
    write(tmp_path, content, "table.yaml")
    (found,) = mistakes(tmp_path, HEAD + "equivalents: table.yaml\n" + FEATURES)
    assert found.startswith("table.yaml:")
    assert expected in found


def test_a_file_beside_is_suggested(tmp_path: Path) -> None:
    write(tmp_path, "", "equivalents.yaml")
    (found,) = mistakes(tmp_path, HEAD + "equivalents: equivalent.yaml\n" + FEATURES)
    assert found.endswith("did you mean 'equivalents.yaml'?")


def test_the_error_survives_pickling_for_workers_elsewhere() -> None:
    error = ProblemError((Mistake(Position("f.yaml", 3, "a.b"), "x", "y", ("z",)),))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == "f.yaml:3: a.b: expected x, found y; did you mean 'z'?"
    assert again.mistakes == error.mistakes


def test_the_valid_file_of_these_tests_is_valid(tmp_path: Path) -> None:
    assert load(tmp_path, HEAD + FEATURES).name == "problem"
