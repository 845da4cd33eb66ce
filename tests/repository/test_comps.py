"""comps.xml: groups, environments, and hostile files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import libcomps
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        (io.BytesIO(b"<comps>\0</comps>"), "not well-formed"),
        (comps(CORE, doctype='<!DOCTYPE comps [<!ENTITY x "y">]>'), "entity declarations"),
    ],
)
def test_wrong_files_are_bad_data(file: io.BytesIO, words: str) -> None:
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


HOSTILE = [
    "group",
    "id",
    "name",
    "packagelist",
    "packagereq",
    "environment",
    "grouplist",
    "groupid",
    "match",
    "langpacks",
]


@given(st.recursive(st.sampled_from(["", "x"]), lambda inner: st.tuples(st.sampled_from(HOSTILE), st.lists(inner))))
def test_any_shape_is_read_or_refused(tree: object) -> None:
    def written(node: object) -> str:
        if isinstance(node, str):
            return node
        assert isinstance(node, tuple)
        name, inner = node
        return f"<{name}>{''.join(map(written, inner))}</{name}>"

    for group_read in read_groups(comps(written(tree))):
        assert isinstance(group_read, Group)


def read_by_libcomps(text: str) -> tuple[Group, ...]:
    """Another reader of the same format, which bears well-formed input only."""
    parsed = libcomps.Comps()
    parsed.fromxml_str(text)

    def names(packages: Any, kind: int) -> tuple[str, ...]:
        return tuple(package.name for package in packages if package.type == kind)

    return tuple(
        Group(
            group.id,
            group.name,
            names(group.packages, libcomps.PACKAGE_TYPE_MANDATORY),
            names(group.packages, libcomps.PACKAGE_TYPE_DEFAULT),
            names(group.packages, libcomps.PACKAGE_TYPE_OPTIONAL),
            tuple(
                (package.name, package.requires)
                for package in group.packages
                if package.type == libcomps.PACKAGE_TYPE_CONDITIONAL
            ),
        )
        for group in parsed.groups
    )


def test_a_package_without_a_type_is_mandatory_as_in_libcomps() -> None:
    text = comps(group("a", "A", "<packagereq>p</packagereq>", package("q", "weird"))).read().decode()
    assert read_groups(io.BytesIO(text.encode())) == read_by_libcomps(text)
    assert read_by_libcomps(text)[0].mandatory == ("p",)


@pytest.mark.data
@pytest.mark.parametrize("identity", ["centos-7.2.1511", "centos-stream-9-baseos", "centos-stream-9-appstream"])
def test_libcomps_reads_the_same_groups(identity: str, data_directory: Path) -> None:
    repository = open_repository(source(identity=identity), mirror=data_directory, cache=Cache(), progress=Silent())
    file = open_part(repository, "group")
    assert file is not None
    with file:
        data = file.read()
    ours = read_groups(io.BytesIO(data))
    theirs = read_by_libcomps(data.decode())
    assert len(theirs) > 20
    assert ours[: len(theirs)] == theirs
