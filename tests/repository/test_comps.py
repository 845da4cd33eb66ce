"""comps.xml: groups, environments, and hostile files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from optimizer.repository.cache import Cache
from optimizer.repository.comps import Group, find_group, read_groups
from optimizer.repository.error import BadRepositoryData
from optimizer.repository.progress import Silent
from optimizer.repository.repository import open_part, open_repository
from tests.repository.making import source

DOCTYPE = '<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">'


def comps(*elements: str, doctype: str = DOCTYPE) -> io.BytesIO:
    return io.BytesIO(f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}<comps>{"".join(elements)}</comps>'.encode())


def group(identity: str, name: str, *packages: str) -> str:
    return f"<group><id>{identity}</id><name>{name}</name><packagelist>{''.join(packages)}</packagelist></group>"


def package(name: str, kind: str, requires: str = "") -> str:
    waits = f' requires="{requires}"' if requires else ""
    return f'<packagereq type="{kind}"{waits}>{name}</packagereq>'


CORE = group(
    "core",
    "Core",
    package("bash", "mandatory"),
    package("vim", "default"),
    package("dracut", "optional"),
    package("kde-l10n", "conditional", "kdelibs"),
)
NETWORK = group("network", "Network", package("iproute", "mandatory"), package("bash", "mandatory"))
ENVIRONMENT = (
    "<environment><id>minimal-environment</id><name>Minimal</name>"
    "<grouplist><groupid>core</groupid><groupid>network</groupid><groupid>nowhere</groupid></grouplist>"
    "<optionlist><groupid>extra</groupid></optionlist></environment>"
)
EXTRA = group("extra", "Extra", package("emacs", "mandatory"))


def test_each_kind_of_package_is_told_apart() -> None:
    assert read_groups(comps(CORE)) == (
        Group("core", "Core", ("bash",), ("vim",), ("dracut",), (("kde-l10n", "kdelibs"),)),
    )


def test_an_environment_is_its_mandatory_groups() -> None:
    groups = read_groups(comps(CORE, NETWORK, EXTRA, ENVIRONMENT))
    found = find_group(groups, "minimal-environment")
    assert found is not None
    assert found.mandatory == ("bash", "iproute")
    assert found.default == ("vim",)


def test_a_group_is_found_by_id_before_name() -> None:
    groups = read_groups(
        comps(group("a", "b", package("p", "mandatory")), group("b", "a", package("q", "mandatory")))
    )
    by_id, by_name = find_group(groups, "b"), find_group((groups[0],), "b")
    assert by_id is not None
    assert by_id.mandatory == ("q",)
    assert by_name is not None
    assert by_name.mandatory == ("p",)
    assert find_group(groups, "c") is None


def test_a_group_of_two_repositories_is_their_union() -> None:
    groups = read_groups(comps(CORE)) + read_groups(comps(group("core", "Core", package("dnf", "mandatory"))))
    found = find_group(groups, "core")
    assert found is not None
    assert found.mandatory == ("bash", "dnf")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (io.BytesIO(b""), "no element found"),
        (io.BytesIO(b"<comps><group>"), "no element found"),
        (io.BytesIO(b"<metadata/>"), "expected comps, found metadata"),
        (io.BytesIO(b"\xff\xfe<"), "comps"),
        (comps(CORE, doctype='<!DOCTYPE comps [<!ENTITY x "y">]>'), "entity declarations"),
    ],
)
def test_wrong_files_are_refused_before_the_c_library_sees_them(file: io.BytesIO, words: str) -> None:
    with pytest.raises(BadRepositoryData, match=words) as caught:
        read_groups(file, "base")
    assert caught.value.repository == "base"


@pytest.mark.data
@pytest.mark.parametrize(
    ("identity", "name", "group_count", "least"),
    [
        ("centos-7.2.1511", "core", 91, 46),
        ("centos-7.2.1511", "minimal", 91, 46),
        ("centos-stream-9-baseos", "minimal-environment", 37, 20),
        ("centos-stream-9-appstream", "base-x", 67, 5),
    ],
)
def test_groups_of_real_distributions(
    identity: str, name: str, group_count: int, least: int, data_directory: Path
) -> None:
    repository = open_repository(source(identity=identity), mirror=data_directory, cache=Cache(), progress=Silent())
    file = open_part(repository, "group")
    assert file is not None
    with file:
        groups = read_groups(file, identity)
    assert len(groups) == group_count
    found = find_group(groups, name)
    assert found is not None
    assert len(found.mandatory) >= least
