"""The full request names what exists, and keeps out by name what provides something forbidden."""

from __future__ import annotations

import msgspec

from optimizer.export.request import Wanted, evr_of, full_request, nevra_of
from optimizer.universe.instance import Forbidden
from tests.export.making import answer, package, small


def test_every_package_that_exists_is_asked_for_in_full() -> None:
    request = small().request
    assert request.full
    assert not request.weak
    assert request.packages[0] == Wanted("NetworkManager", "x86_64", "1:1.46.0-1.el9", "base")
    assert [wanted.name for wanted in request.packages].count("glibc") == 2
    assert not [wanted for wanted in request.packages if "agent" in wanted.name]
    assert list(request.packages) == sorted(request.packages)


def test_what_is_forbidden_is_kept_out_unless_the_answer_has_its_name() -> None:
    exported = answer((package("bash", "5-1"),), forbidden=("libdb", "bash"))
    assert exported.request.excludes == ("libdb",)


def test_a_forbidden_combination_is_no_list_of_names() -> None:
    exported = answer((package("bash", "5-1"),), forbidden=("a", "b"))
    instance = msgspec.structs.replace(
        exported.instance,
        forbidden=(
            Forbidden(text="(a and b)", formula=("all", 0, 1)),
            Forbidden(text="(a or b)", formula=("any", 0, ("any", 1))),
            Forbidden(text="(a without b)", formula=("not", 1)),
        ),
    )
    request = full_request(exported.manifest, instance)
    assert request.excludes == ("a", "b")
    assert request.unspoken == ("(a and b)", "(a without b)")


def test_epochs_are_spelt_where_they_are_not_zero() -> None:
    assert nevra_of(package("a", "1:2-3")) == "a-1:2-3.x86_64"
    assert evr_of(package("a", "2-3")) == "2-3"
    assert evr_of(package("a", "2")) == "2"
