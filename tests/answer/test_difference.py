"""Two sides compared: pairs, versions, moves, bytes, and what a side does not say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.answer.difference import Difference, Row, difference
from optimizer.answer.listing import ListedPackage, PackageListing
from optimizer.answer.manifest import write_manifest
from optimizer.answer.side import Held, Side, side_of_listing, side_of_manifest
from optimizer.model.solution import Solution, SolveStatus
from tests.report.made import DOWNSTREAM, MIB, UPSTREAM, instance, package


def held(name: str, evr: str | None = "1-1", arch: str | None = "x86_64", size: int | None = 10, **more: Any) -> Held:
    return Held(name=name, evr=evr, arch=arch, installed_size=size, **more)


def side(*packages: Held, epochs: bool = True, label: str = "side") -> Side:
    return Side(label=label, kind="result", packages=packages, epochs=epochs)


def only(found: Difference) -> Row:
    (row,) = (*found.added, *found.removed, *found.changed)
    return row


HELD = st.builds(
    Held,
    name=st.sampled_from("abc"),
    evr=st.sampled_from([None, "1-1", "2-1", "1:1-1"]),
    arch=st.sampled_from([None, "x86_64", "i686"]),
    installed_size=st.none() | st.integers(0, 9),
    download_size=st.none() | st.integers(0, 9),
    source=st.sampled_from([None, "s", "t"]),
    origin=st.sampled_from([None, "upstream", "downstream"]),
)
SIDES = st.lists(HELD, max_size=6, unique_by=lambda one: (one.name, one.evr, one.arch)).map(lambda rows: side(*rows))


@given(SIDES, SIDES)
def test_rows_add_up_to_the_amounts(before: Side, after: Side) -> None:
    found = difference(before, after)
    assert len(after.packages) - len(before.packages) == len(found.added) - len(found.removed)
    assert found.amount("packages").change == len(after.packages) - len(before.packages)
    for size in ("installed_size", "download_size"):
        amount = found.amount(size)
        known = [getattr(one, size) for one in (*before.packages, *after.packages)]
        if None not in known:
            assert amount.change == amount.least == amount.most == (amount.after or 0) - (amount.before or 0)


@given(SIDES)
def test_nothing_differs_from_itself(one: Side) -> None:
    found = difference(one, one)
    assert found.same
    assert {amount.change for amount in found.amounts} <= {0, None}
    assert found.sources in ((), None)


@given(SIDES, SIDES)
def test_the_other_way_round_everything_is_the_other_way_round(before: Side, after: Side) -> None:
    there, back = difference(before, after), difference(after, before)
    assert sorted(row.name for row in there.added) == sorted(row.name for row in back.removed)
    assert len(there.changed) == len(back.changed)
    turned = {"newer": "older", "older": "newer"}
    assert sorted(turned.get(str(row.version), str(row.version)) for row in there.changed) == sorted(
        str(row.version) for row in back.changed
    )
    for one, other in zip(there.amounts, back.amounts, strict=True):
        assert (one.before, one.after) == (other.after, other.before)
        assert one.change is None or one.change == -(other.change or 0)


@given(st.lists(HELD, max_size=5), st.lists(HELD, max_size=5), st.data())
def test_the_order_of_packages_does_not_matter(one: list[Held], other: list[Held], data: st.DataObject) -> None:
    found = difference(side(*one), side(*other))
    shuffled = difference(side(*data.draw(st.permutations(one))), side(*data.draw(st.permutations(other))))
    assert found.amounts[0] == shuffled.amounts[0]
    assert [row.name for row in found.added] == [row.name for row in shuffled.added] or any(
        held.evr is None or held.installed_size is None for held in (*one, *other)
    )


def test_versions_are_told_newer_and_older() -> None:
    assert only(difference(side(held("a", "1-9")), side(held("a", "1-10", size=13)))).version == "newer"
    row = only(difference(side(held("a", "1:1-1")), side(held("a", "2-1", size=7))))
    assert (row.version, row.bytes) == ("older", -3)


def test_epochs_that_are_not_written_are_not_compared() -> None:
    assert difference(side(held("a", "5:1-1")), side(held("a", "1-1"), epochs=False)).same
    assert only(difference(side(held("a", "5:1-1")), side(held("a", "1-1")))).version == "older"


def test_a_list_that_writes_one_epoch_writes_them_all() -> None:
    listing = PackageListing(
        label="list",
        format="rpm-qa",
        packages=(ListedPackage(name="a", evr="1-1"), ListedPackage(name="b", evr="2:1-1")),
    )
    assert side_of_listing(listing).epochs
    assert not side_of_listing(PackageListing(label="l", format="rpm-qa", packages=listing.packages[:1])).epochs


def test_several_versions_of_a_name_are_paired_with_the_nearest() -> None:
    before = side(held("kernel", "1-1"), held("kernel", "2-1"))
    found = difference(before, side(held("kernel", "2-1"), held("kernel", "3-1")))
    row = only(found)
    assert (row.before, row.after) == (before.packages[0], held("kernel", "3-1"))
    grown = difference(side(held("kernel", "1-1")), side(held("kernel", "2-1"), held("kernel", "3-1")))
    assert [row.after and row.after.evr for row in grown.changed] == ["3-1"]
    assert [row.after and row.after.evr for row in grown.added] == ["2-1"]


def test_moves_are_told() -> None:
    before = side(held("a", arch="x86_64", repository="base", origin="downstream"))
    row = only(difference(before, side(held("a", arch="noarch", repository="updates", origin="upstream"))))
    assert (row.version, row.moved) == ("same", ("origin", "repository", "arch"))
    assert only(difference(side(held("a")), side(held("a", size=11)))).moved == ("size",)


def test_twins_of_two_architectures_stay_apart() -> None:
    both = side(held("glibc"), held("glibc", arch="i686"))
    row = only(difference(both, side(held("glibc"))))
    assert row.before == held("glibc", arch="i686")


def test_what_a_list_does_not_say_does_not_differ() -> None:
    names = side(held("a", None, None, None), held("b", None, None, None))
    found = difference(side(held("a"), held("c", size=4)), names)
    assert ([row.name for row in found.added], [row.name for row in found.removed]) == (["b"], ["c"])
    assert found.changed == ()
    size = found.amount("installed_size")
    assert (size.before, size.after, size.change, size.least, size.most) == (14, None, None, -4, None)
    assert found.amount("divergence").change is None
    assert found.sources is None


def test_no_size_is_below_nothing() -> None:
    found = difference(side(held("a", size=None)), side(held("b", size=7), held("c", "2-1", size=3)))
    assert (found.amount("installed_size").least, found.amount("installed_size").most) == (None, 10)


def test_rows_come_by_bytes() -> None:
    found = difference(side(), side(held("a", size=1), held("b", size=None), held("c", size=9), held("d", size=9)))
    assert [row.name for row in found.added] == ["c", "d", "a", "b"]


def test_a_manifest_is_a_side_with_sources_and_those_who_ask() -> None:
    world = instance(package("app", 0, UPSTREAM, 4 * MIB), package("own", 1, DOWNSTREAM, MIB))
    solution = Solution(status=SolveStatus.OPTIMAL, packages=(0, 1), sources=(1,))
    whole = side_of_manifest("whole", write_manifest(world, solution))
    part = side_of_manifest("part", write_manifest(world, Solution(status=SolveStatus.OPTIMAL, packages=(0,))))
    assert whole.required_by == {"app": ("feature: app",), "own": ("feature: own",)}
    found = difference(part, whole)
    assert [(row.name, row.bytes) for row in found.added] == [("own", MIB)]
    assert [(amount.quantity, amount.change) for amount in found.amounts] == [
        ("packages", 1),
        ("installed_size", MIB),
        ("download_size", MIB // 2),
        ("sources", 1),
        ("divergence", 1),
    ]
    assert found.sources is not None
    assert [(row.name, row.before, row.after) for row in found.sources] == [("own", None, "1-1")]


@pytest.mark.parametrize(
    ("label", "name", "version"),
    [
        ("bash-5.1.8-2.el9", "bash", "5.1.8-2.el9"),
        ("bash-5.1.8-2.el9.src.rpm", "bash", "5.1.8-2.el9"),
        ("java-11-openjdk-11.0.1-1", "java-11-openjdk", "11.0.1-1"),
        ("python-dateutil", "python-dateutil", None),
        ("perl-Text-Tabs", "perl-Text-Tabs", None),
    ],
)
def test_a_source_is_told_by_name_and_version(label: str, name: str, version: str | None) -> None:
    listing = PackageListing(label="l", format="f", packages=(ListedPackage(name="a", source=label),))
    (listed,) = side_of_listing(listing).packages
    assert (listed.source, listed.source_evr) == (name, version)
