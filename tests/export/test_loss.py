"""What an answer needs and a format lacks is told; what it needs not, or the format has, is not."""

from __future__ import annotations

import pytest

from optimizer.export.exported import Exported
from optimizer.export.format import EVERYTHING, Expresses, Format
from optimizer.export.formats import FORMATS, load_format
from optimizer.export.loss import losses, notes
from optimizer.export.request import Wanted
from tests.export.making import DOWNSTREAM, answer, entry, package, small, with_request


def format_of(*expresses: Expresses, expected: frozenset[Expresses] = EVERYTHING) -> Format:
    """Return a format that writes nothing and expresses what is given."""
    return Format("t", "f", "text/plain", frozenset(expresses), lambda _: b"", expected=expected)


def kinds(exported: Exported, *expresses: Expresses) -> set[str]:
    return {loss.kind for loss in losses(format_of(*expresses), exported)}


def test_a_plain_answer_needs_its_versions_and_nothing_added() -> None:
    exported = answer((package("bash", "5-1"), package("tzdata", "1-1", "noarch")))
    assert kinds(exported) == {Expresses.VERSIONS, Expresses.WEAK_SWITCH}
    assert kinds(exported, Expresses.VERSIONS, Expresses.WEAK_SWITCH) == set()


def test_everything_needed_is_told_with_what_is_concerned() -> None:
    told = {loss.kind: loss.concerned for loss in losses(format_of(), small())}
    assert told == {
        Expresses.VERSIONS: (),
        Expresses.ARCHITECTURE: ("glibc.i686",),
        Expresses.SAME_NAME: ("glibc",),
        Expresses.REPOSITORIES: ("base", "ours"),
        Expresses.EXCLUDES: ("libdb",),
        Expresses.WEAK_SWITCH: (),
        Expresses.DIVERGENCE: ("keel-1.4~rc1-2.ours.x86_64",),
        Expresses.STUBS: ("agent",),
    }
    (reasons,) = notes(format_of(), small())
    assert (reasons.kind, reasons.concerned) == (Expresses.REASONS, ("keel", "agent"))
    assert notes(format_of(Expresses.REASONS), small()) == ()


def test_what_is_expressed_is_not_told() -> None:
    for one in Expresses:
        assert one not in kinds(small(), one)
    assert kinds(small(), *Expresses) == set()


def test_a_part_is_held_to_its_part_alone() -> None:
    part = format_of(expected=frozenset({Expresses.EXCLUDES}))
    assert [loss.kind for loss in losses(part, small())] == [Expresses.EXCLUDES]


def test_a_steering_request_needs_what_it_says() -> None:
    exported = answer((package("bash", "5-1"),))
    names = with_request(exported, packages=(Wanted("bash"),), full=False)
    assert kinds(names) == {Expresses.WEAK_SWITCH}
    weak = with_request(names, weak=True)
    assert kinds(weak) == set()
    kept_out = with_request(weak, excludes=("zsh",))
    assert kinds(kept_out) == {Expresses.EXCLUDES}
    pinned = with_request(weak, packages=(Wanted("bash", evr="5-1"),))
    assert kinds(pinned) == {Expresses.VERSIONS}


def test_a_forbidden_combination_is_told_where_a_resolver_is_asked() -> None:
    exported = with_request(answer((package("bash", "5-1"),)), unspoken=("(a and b)",))
    for name, told in (("kickstart", ("(a and b)",)), ("rpms-lock", ())):
        found = load_format(name)
        assert isinstance(found, Format)
        assert tuple(word for loss in losses(found, exported) for word in loss.concerned) == told


def test_modules_are_told_unless_a_full_list_can_do_without_their_streams() -> None:
    exported = answer((package("nodejs", "1:20.18.1-1.module_el9+1145+0c321386"), package("npm", "1-1.module+el8")))
    assert Expresses.MODULES in kinds(exported)
    assert exported.unfiltered == {"base"}
    assert Expresses.MODULES not in kinds(exported, Expresses.MODULES)
    steered = with_request(exported, full=False)
    assert Expresses.MODULES in kinds(steered, Expresses.MODULES)
    assert steered.unfiltered == frozenset()


def test_a_shipped_package_of_ours_is_ours_to_keep() -> None:
    ours = package("keel", "1-1", repository=DOWNSTREAM, origin="downstream")
    exported = answer((ours,), (entry("keel", "downstream", "keel-1-1.x86_64", "absent"),))
    assert Expresses.DIVERGENCE in kinds(exported)


def test_a_disk_of_unknown_size_is_told() -> None:
    held = (package("linux", "6-1"), package("grub2-efi-image", "2-1"))
    photon = load_format("photon-installer")
    assert isinstance(photon, Format)
    assert photon.lost(answer(held)) == ()
    (loss,) = photon.lost(answer((*held, package("bash", "5-1", installed_size=None))))
    assert loss.concerned == ("bash-5-1.x86_64",)


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_loses_the_small_answer_in_silence(name: str) -> None:
    found = load_format(name)
    assert isinstance(found, Format)
    told = {loss.kind for loss in losses(found, small())}
    needed = kinds(small()) & {one.value for one in found.expected}
    assert told >= needed - {one.value for one in found.expresses}
