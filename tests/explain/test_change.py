"""Changes as people say them, and what they do to real problems: the same as the file edited by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from optimizer.explain.change import Change
from optimizer.explain.change_words import ChangeSyntaxError, read_change
from optimizer.explain.changed_instance import OutsideClosureError
from optimizer.explain.what_if import WhatIf
from optimizer.export.results import write_results
from optimizer.inquiry import OtherQuestionError, suppose
from optimizer.pipeline import Settings, solve_file
from optimizer.problem.dependency import parse_dependency
from optimizer.problem.supposition import Cut, SupposedPackage, UnknownSuppositionError
from optimizer.universe.instance import LimitKind
from tests.demo.recipes import DEMO
from tests.requirements import PROJECT_ROOT

HOST = PROJECT_ROOT / "problems" / "real" / "cs9-host.yaml"
Edit = Callable[[dict[str, Any]], None]


def test_every_option_is_read() -> None:
    change = read_change(
        add=["(tdnf  or dnf)", "group:core"],
        drop=["group:  core", "( a or b )"],
        forbid=["python3 >= 3.9"],
        limit=["installed_size=200MiB", "packages=none", "feature_groups.shells=1.."],
        pin=["bash=1:5-1", "glibc = none"],
        cut=["*: perl(Foo::Bar)", "a:b"],
        stub=["perl(Foo::Bar):1MiB/2:glibc >= 1:2, (a or b)", "y"],
    )
    assert list(map(str, change.added)) == ["(tdnf or dnf)", "group: core"]
    assert change.dropped == ("group: core", "(a or b)")
    assert change.forbidden == (parse_dependency("python3 >= 3.9"),)
    bounds = [(one.kind, one.minimum, one.maximum, one.group) for one in change.limits]
    assert bounds == [
        (LimitKind.INSTALLED_SIZE, None, 200 << 20, None),
        (LimitKind.PACKAGES, None, None, None),
        (LimitKind.FEATURE_GROUP, 1, None, "shells"),
    ]
    assert [(pin.name, str(pin.relation)) for pin in change.pins] == [("bash", "bash = 1:5-1"), ("glibc", "None")]
    assert change.cuts == (Cut("*", "perl(Foo::Bar)"), Cut("a", "b"))
    requires = (parse_dependency("glibc >= 1:2"), parse_dependency("(a or b)"))
    assert change.packages == (SupposedPackage("perl(Foo::Bar)", 1 << 20, 2, requires), SupposedPackage("y"))
    assert change.words[0] == "--add (tdnf  or dnf)"


@pytest.mark.parametrize(
    ("option", "text", "expected"),
    [
        ("add", "bash>=5", "blanks around >="),
        ("limit", "size=3", "limits are installed_size"),
        ("limit", "packages=many", "a whole number"),
        ("limit", "installed_size=3 MX", "a unit"),
        ("limit", "feature_groups.x=3", "LEAST..MOST"),
        ("limit", "feature_groups.x=3..1", "at most the other"),
        ("pin", "bash", "NAME=VERSION"),
        ("cut", "bash", "PACKAGE: DEPENDENCY"),
        ("stub", "a = 1::", "a bare name"),
        ("stub", "a:x:", "a size"),
        ("forbid", "(a or", "in column"),
    ],
)
def test_words_that_say_no_change_are_told(option: str, text: str, expected: str) -> None:
    with pytest.raises(ChangeSyntaxError, match=rf"^--{option} ") as told:
        read_change(**{option: [text]})
    assert expected in str(told.value)


def test_a_thing_is_changed_once_only() -> None:
    with pytest.raises(ChangeSyntaxError):
        read_change(limit=["packages=3", "packages=4"])


@pytest.mark.parametrize(
    ("dependency", "text", "severed"),
    [
        ("pam", "pam", True),
        ("pam", "pam >= 1.1", True),
        ("pam >= 1.1", "pam >= 1.2", False),
        ("pam", "pam-libs", False),
        ("pam", "(pam or other)", False),
        ("(b  or c)", "(b or c)", True),
        ("libpam.so.0()(64bit)", "libpam.so.0()(64bit)", True),
        ("libpam.so.0()(64bit)", "libpam.so.0(LIBPAM_1.0)(64bit)", True),  # the linker needs the library once
        ("libpam.so.0(LIBPAM_1.0)(64bit)", "libpam.so.0(LIBPAM_1.1)(64bit)", False),
        ("libpam.so.0(LIBPAM_1.0)(64bit)", "libpam.so.0()(64bit)", False),
        ("libpam.so.0()", "libpam.so.0()(64bit)", False),
    ],
)
def test_a_cut_means_one_dependency_at_whatever_version(dependency: str, text: str, severed: bool) -> None:
    assert Cut("systemd", dependency).severs(text) is severed


def add_nginx(document: dict[str, Any]) -> None:
    document["features"]["required"].append("nginx")


def drop_podman(document: dict[str, Any]) -> None:
    document["features"]["required"].remove("podman")


def forbid_dash(document: dict[str, Any]) -> None:
    document["features"].setdefault("forbidden", []).append("coreutils-single")


def limit_packages(document: dict[str, Any]) -> None:
    document.setdefault("limits", {})["installed_size"] = "600 MiB"
    document["objectives"] = ["installed_size", "packages"]


def pin_old(document: dict[str, Any]) -> None:
    document.setdefault("pins", []).append("podman = 2:5.2.2-1.el9")


EDITS: tuple[tuple[Change, Edit], ...] = (
    (read_change(add=["nginx"]), add_nginx),
    (read_change(drop=["podman"]), drop_podman),
    (read_change(forbid=["coreutils-single"]), forbid_dash),
    (read_change(limit=["installed_size=600MiB"]), limit_packages),
    (read_change(pin=["podman=2:5.2.2-1.el9"]), pin_old),
)


@pytest.mark.data
@pytest.mark.parametrize(("change", "edit"), EDITS, ids=[" ".join(change.words) for change, _ in EDITS])
def test_what_if_is_a_fresh_solve_of_a_problem_edited_by_hand(
    change: Change, edit: Edit, tmp_path: Path, data_directory: Path
) -> None:
    how = Settings(mirror=data_directory, divergence=False)
    found = suppose(HOST, change, how)
    document = yaml.safe_load(HOST.read_text())
    edit(document)
    edited = tmp_path / "edited.yaml"
    edited.write_text(yaml.safe_dump(document))
    fresh = solve_file(edited, how)
    assert found.status == fresh.record.status == "proven"
    assert [stage.after for stage in found.difference.stages] == [one.value for one in fresh.solution.stages[:-1]]
    assert (
        found.difference.added or found.difference.removed or found.difference.replaced or "limit" in change.words[0]
    )


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The demo's result, without its repositories."""
    return write_results(solve_file(DEMO / "demo.yaml", Settings()), tmp_path)


def both(written: Path, change: Change) -> WhatIf:
    found = suppose(DEMO / "demo.yaml", change, Settings())
    alone = suppose(written, change, Settings())
    assert (alone.status, alone.difference) == (found.status, found.difference)
    assert suppose(written, change, Settings(), DEMO / "demo.yaml") == found
    return found


@pytest.mark.parametrize(
    "change",
    [
        read_change(drop=["kernel"]),
        read_change(drop=["group: core"]),
        read_change(drop=["bash (group: core)", "attestation-agent"]),
        read_change(drop=["man-db"], add=["man-db"]),
        read_change(forbid=["systemd-udev"], limit=["installed_size=400MiB"]),
        read_change(cut=["*: libcurl.so.4()(64bit)"], drop=["curl"]),
        read_change(limit=["packages=90"]),
        read_change(limit=["packages=20"]),
    ],
    ids=lambda change: " ".join(change.words),
)
def test_the_instance_alone_and_the_repositories_say_the_same(written: Path, change: Change) -> None:
    both(written, change)


@pytest.mark.parametrize(
    "change",
    [
        read_change(add=["no-such-package"]),
        read_change(add=["group: core"]),
        read_change(forbid=["no-such-package"]),
        read_change(pin=["bash=1"]),
        read_change(pin=["os-release=none"]),
        read_change(pin=["bash>=1"]),
        read_change(stub=["podman"]),
    ],
    ids=lambda change: " ".join(change.words),
)
def test_what_an_instance_does_not_hold_is_asked_of_the_repositories(written: Path, change: Change) -> None:
    with pytest.raises(OutsideClosureError, match="--problem FILE"):
        suppose(written, change, Settings())


@pytest.mark.parametrize(
    ("change", "known"),
    [
        (read_change(drop=["kernal"]), "kernel"),
        (read_change(cut=["systemd: nothing"]), "dbus-service"),
        (read_change(cut=["sistemd: pam"]), "systemd"),
        (read_change(limit=["feature_groups.none=1.."]), None),
    ],
    ids=lambda value: " ".join(value.words) if isinstance(value, Change) else "",
)
def test_names_that_are_not_there_are_told(written: Path, change: Change, known: str | None) -> None:
    for path in (written, DEMO / "demo.yaml"):
        with pytest.raises(UnknownSuppositionError) as told:
            suppose(path, change, Settings())
        assert known is None or known in told.value.known


def test_a_problem_file_that_asks_something_else_is_refused(written: Path, tmp_path: Path) -> None:
    with pytest.raises(OtherQuestionError, match="another question"):
        suppose(written, read_change(drop=["kernel"]), Settings(), DEMO / "limits.yaml")


def test_a_supposed_package_counts_as_a_source_and_is_judged_by_libsolv() -> None:
    assert suppose(DEMO / "demo.yaml", read_change(add=["podman"]), Settings()).status == "infeasible"
    change = read_change(add=["podman"], stub=["podman:1KiB:bash", "nobody-asks-for-it"])
    found = suppose(DEMO / "demo.yaml", change, Settings())
    assert found.status == "proven"
    assert found.difference.maintained == ("stub:podman",)
    assert found.idle == ("--stub nobody-asks-for-it",)
    (stub,) = [member for member in found.difference.added if member.origin == "stub"]
    assert (stub.nevra, stub.installed_size, stub.download_size) == ("stub:podman-0.noarch", 1024, None)
