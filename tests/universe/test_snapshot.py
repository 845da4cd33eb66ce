"""An Instance in a file is the Instance; a file that somebody tampered with is refused, or solved like any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.pipeline import Settings, close_problem, solve_file
from optimizer.problem.load import load_problem
from optimizer.universe.instance import Instance, LimitKind
from optimizer.universe.size import UnknownSizeError
from optimizer.universe.snapshot import (
    BadInstanceError,
    check_instance,
    compress_instance,
    encode_instance,
    read_instance,
)
from tests.cases.reading import CASES, make_runnable
from tests.demo.recipes import DEMO
from tests.model.making import make
from tests.model.test_solve import limited_instances

RICH = next(case for case in CASES if case.name == "rich-requires-nested")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of an Instance that has something of every kind."""
    instance = close_problem(load_problem(DEMO / "limits.yaml"), Settings()).closed.instance
    return dict(json.loads(encode_instance(instance)))


def write(document: Any, directory: Path) -> Path:
    """Write a JSON document as an Instance file."""
    path = directory / "it.instance"
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize("name", ["demo", "weak-follow", "multilib", "shipped", "changes", "lock"])
def test_what_is_read_is_what_was_written(name: str, tmp_path: Path) -> None:
    instance = close_problem(load_problem(DEMO / f"{name}.yaml"), Settings()).closed.instance
    path = tmp_path / "it.instance"
    path.write_bytes(encode_instance(instance))
    again = read_instance(path)
    assert again == instance
    assert encode_instance(again) == encode_instance(instance)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limited_instances())
def test_random_instances_come_back_equal(tmp_path: Path, instance: Instance) -> None:
    positive = tuple(msgspec.structs.replace(one, value=abs(one.value)) for one in instance.features)
    instance = msgspec.structs.replace(instance, features=positive)
    path = tmp_path / "it.instance"
    path.write_bytes(encode_instance(instance))
    assert read_instance(path) == instance


def nested(depth: int) -> Any:
    """A formula of that many levels."""
    formula: Any = ["all"]
    for _ in range(depth):
        formula = ["not", formula]
    return formula


# where in the document, what to put there, and a part of the complaint
HOSTILE: list[tuple[str, Any, str]] = [
    ("format", 2, "format"),
    ("unheard_of", 1, "unheard_of"),
    ("packages", None, "packages"),
    ("packages.0.name", 7, "name"),
    ("packages.0.source", 10**6, r"packages\[0\].source: there is no source 1000000"),
    ("packages.0.source", -1, r"packages\[0\].source: there is no source -1"),
    ("packages.0.source", None, r"packages\[0\].origin: upstream is not its source's"),
    ("packages.0.origin", "stub", r"packages\[0\].origin: stub is not its source's"),
    ("packages.0.installed_bytes", -1, r"packages\[0\]: a size of -1 bytes"),
    ("packages.0.download_bytes", 1 << 70, r"packages\[0\]"),
    ("packages.0.age", 1 << 62, r"packages\[0\]"),
    ("sources.0.weight", 1 << 62, r"sources\[0\]"),
    ("sources.0.weight", -1, r"sources\[0\]"),
    ("capabilities.0.providers", [0, 10**6], r"capabilities\[0\]: there is no such package"),
    ("capabilities.0.providers", [-1], r"capabilities\[0\]: there is no such package"),
    ("capabilities.0.providers", [1, 0], r"capabilities\[0\]"),
    ("capabilities.0.providers", ["0"], "capabilities"),
    ("unique_names.0.packages", [0, 10**6], r"unique_names\[0\]: there is no such package"),
    ("unique_names.0.packages", [0, 0], r"unique_names\[0\]"),
    ("requirements.0.package", 10**6, r"requirements\[0\]: there is no such package"),
    ("requirements.0.formula", 10**6, r"requirements\[0\].formula: there is no capability 1000000"),
    ("requirements.0.formula", -1, r"requirements\[0\].formula: there is no capability -1"),
    ("requirements.0.formula", True, r"requirements\[0\].formula: True is no formula"),
    ("requirements.0.formula", None, r"requirements\[0\].formula: None is no formula"),
    ("requirements.0.formula", 0.5, r"requirements\[0\].formula: 0.5 is no formula"),
    ("requirements.0.formula", "all", r"requirements\[0\].formula: 'all' is no formula"),
    ("requirements.0.formula", [], r"requirements\[0\].formula: \(\) is no formula"),
    ("requirements.0.formula", {"all": []}, r"requirements\[0\].formula"),
    ("requirements.0.formula", ["xor", 0, 0], r"requirements\[0\].formula: .*no formula"),
    ("requirements.0.formula", ["not"], "`not` takes one formula"),
    ("requirements.0.formula", ["not", 0, 0], "`not` takes one formula"),
    ("requirements.0.formula", ["all", ["any", [0]]], r"requirements\[0\].formula: .*no formula"),
    ("requirements.0.formula", nested(400), "more than 200 levels"),
    ("requirements.0.kind", "demands", "kind"),
    ("features.0.formula", 10**6, r"features\[0\].formula: there is no capability 1000000"),
    ("features.0.value", 1 << 62, r"features\[0\]"),
    ("limits.0.maximum", 1 << 70, r"limits\[0\]"),
    ("limits.0.maximum", -5, r"limits\[0\]"),
    ("limits.0.minimum", 1 << 50, r"limits\[0\]"),
    ("unknown_bytes", -1, "unknown_bytes"),
    ("unknown_bytes", 1 << 62, "unknown_bytes"),
    ("objectives", ["beauty"], "objectives"),
    ("objectives", ["packages", "packages"], "objectives"),
    ("problem", "../../outside", "problem"),
    ("problem", "", "problem"),
]


def put(document: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy of a document with one value replaced."""
    changed: dict[str, Any] = json.loads(json.dumps(document))
    *path, last = place.split(".")
    inner: Any = changed
    for key in path:
        inner = inner[int(key)] if key.isdigit() else inner[key]
    inner[int(last) if last.isdigit() else last] = value
    return changed


@pytest.mark.parametrize(("place", "value", "complaint"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_a_hostile_file_is_refused(
    whole: dict[str, Any], tmp_path: Path, place: str, value: Any, complaint: str
) -> None:
    read_instance(write(whole, tmp_path))
    path = write(put(whole, place, value), tmp_path)
    with pytest.raises(BadInstanceError, match=complaint) as caught:
        read_instance(path)
    assert caught.value.path == str(path)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"format": 1}', b"[" * 100_000, b"null", b'"' * 9], ids=range(8)
)
def test_what_is_no_instance_at_all_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "it.instance"
    path.write_bytes(content)
    with pytest.raises(BadInstanceError):
        read_instance(path)


def test_a_formula_nested_beyond_all_measure_is_refused(whole: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps(put(whole, "requirements.0.formula", "HERE"))
    path = tmp_path / "it.instance"
    path.write_text(text.replace('"HERE"', '["not", ' * 50_000 + "0" + "]" * 50_000))
    with pytest.raises(BadInstanceError):
        read_instance(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInstanceError, match="No such file"):
        read_instance(tmp_path / "nowhere.instance")
    with pytest.raises(BadInstanceError, match="directory"):
        read_instance(tmp_path)


def test_an_instance_that_is_right_passes_unchanged() -> None:
    instance = make("ab", required=[("any", "a", ("not", "b"))], unique=["ab"])
    assert check_instance(instance) is instance


HOSTILE_VALUES: list[Any] = [
    None, True, -1, 0, 1, 2, 3, 1 << 31, 1 << 53, (1 << 63) - 1, 1 << 64, -(1 << 63), 0.5, "", "all", "zz", "\ud7ff",
    "\ud800", [], [0], [0, 1], [1, 0], [[]], {}, ["any"], ["all", 0], ["not", 0], ["not", ["any", 0, 1]],
]  # fmt: skip


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a JSON document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, held in inner for place in places(held, (*path, key)))]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a small Instance with every kind of part."""
    feature_group = {"kind": LimitKind.FEATURE_GROUP.value, "group": "g", "minimum": 1, "maximum": 2}
    file = make_runnable(RICH, tmp_path_factory.mktemp("case"))
    text = file.read_text().replace("features:\n", "features:\n  optional: [{require: mini, group: g}]\n")
    file.write_text(text + "limits: {installed_size: 1 MiB, feature_groups: {g: {min: 1, max: 2}}}\n")
    document: dict[str, Any] = json.loads(encode_instance(solve_file(file, Settings()).instance))
    assert feature_group.items() <= document["limits"][1].items()
    return document


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_tampered_file_is_refused_or_solved(small: dict[str, Any], tmp_path: Path, data: st.DataObject) -> None:
    """Whatever one value is replaced by, nothing but BadInstanceError comes of it, and no judge is deceived."""
    document: Any = json.loads(json.dumps(small))
    for _ in range(data.draw(st.integers(1, 2))):
        *path, last = data.draw(st.sampled_from([place for place in places(document) if place]))
        inner: Any = document
        for key in path:
            inner = inner[key]
        value = data.draw(st.sampled_from(HOSTILE_VALUES))
        inner[last] = json.loads(json.dumps(value))  # its own copy: the next place may lie inside it
    file = write(document, tmp_path)
    try:
        result = solve_file(file, Settings(time_limit_s=20))
    except (BadInstanceError, UnknownSizeError):
        return
    assert result.record.status in ("proven", "infeasible")


def test_a_compressed_instance_is_the_same_one(whole: dict[str, Any], tmp_path: Path) -> None:
    instance = read_instance(write(whole, tmp_path))
    path = tmp_path / "problem.instance"
    path.write_bytes(compress_instance(instance))
    assert path.stat().st_size < len(encode_instance(instance)) / 2
    assert read_instance(path) == instance


@pytest.mark.parametrize("damage", ["truncated", "changed", "bomb", "no-size"])
def test_a_damaged_frame_is_refused(whole: dict[str, Any], tmp_path: Path, damage: str) -> None:
    content = compress_instance(read_instance(write(whole, tmp_path)))
    if damage == "truncated":
        content = content[:-20]
    elif damage == "changed":
        content = content[:200] + bytes([content[200] ^ 1]) + content[201:]
    elif damage == "bomb":  # a single segment that says it holds 2**60 bytes
        content = content[:4] + bytes([0b1110_0000]) + (2**60).to_bytes(8, "little") + b"\x01\x00\x00"
    else:
        content = content[:4] + bytes([0, 0x50]) + b"\x01\x00\x00"
    path = tmp_path / "problem.instance"
    path.write_bytes(content)
    with pytest.raises(BadInstanceError):
        read_instance(path)
