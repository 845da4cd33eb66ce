"""Where an answer's packages lie, where a file says it came from, and which source a package belongs to."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from optimizer.export.exported import UnknownRepositoryError, export_answer, plain, repository_url
from optimizer.export.results import write_json
from tests.export.making import answer, package, small


def test_locations_become_urls() -> None:
    assert repository_url("/srv/my mirror") == "file:///srv/my%20mirror/"
    assert repository_url("https://example.invalid/os") == "https://example.invalid/os/"
    assert repository_url("https://example.invalid/os/") == "https://example.invalid/os/"
    assert repository_url("https://example.invalid/a\nb\x00") == "https://example.invalid/a%0Ab%00/"
    assert repository_url("https://example.invalid/a,b") == "https://example.invalid/a%2Cb/"
    assert repository_url("https://example.invalid/a%20b/") == "https://example.invalid/a%20b/"


def test_a_package_lies_in_its_repository_or_at_its_own_url() -> None:
    plus = package("gtk+", "1-1", location="Packages/gtk+-1-1 x.rpm")
    far = package("far", "1-1", location="https://far.invalid/far.rpm")
    exported = answer((plus, far))
    assert exported.url(plus) == "https://example.invalid/base/x86_64/os/Packages/gtk+-1-1%20x.rpm"
    assert exported.url(far) == "https://far.invalid/far.rpm"


def test_another_url_stands_in_for_a_repository() -> None:
    exported = answer((package("bash", "5-1"),), urls={"base": "https://mirror.invalid/b"})
    assert [one.url for one in exported.repositories] == ["https://mirror.invalid/b/"]
    with pytest.raises(UnknownRepositoryError) as caught:
        answer((package("bash", "5-1"),), urls={"bass": "https://mirror.invalid/b"})
    assert caught.value.known == ("base",)


def test_the_problem_s_own_url_prevails_over_the_mirror_it_was_read_from() -> None:
    exported = answer((package("bash", "5-1"),))
    (given,) = exported.instance.inputs
    mirrored = msgspec.structs.replace(given, location="/srv/mirror/base", baseurl="https://far.invalid/base")
    for inputs, urls, expected in (
        ((mirrored,), {}, "https://far.invalid/base/"),
        ((mirrored,), {"base": "https://near.invalid/b"}, "https://near.invalid/b/"),
        ((msgspec.structs.replace(mirrored, baseurl=None),), {}, "file:///srv/mirror/base/"),
    ):
        question = msgspec.structs.replace(exported.instance, inputs=inputs)
        again = export_answer(exported.manifest, exported.divergence, exported.record, question, urls=urls)
        assert [one.url for one in again.repositories] == [expected]


def test_the_header_names_the_manifest_as_it_is_written(tmp_path: Path) -> None:
    exported = small()
    write_json(tmp_path / "manifest.json", exported.manifest)
    digest = hashlib.sha256((tmp_path / "manifest.json").read_bytes()).hexdigest()
    first, second, third = exported.header()
    assert first == "small: 6 packages for x86_64, proven"
    assert second.endswith(f"sha256:{digest}")
    assert third.endswith(": agent")


def test_comments_stay_on_their_line() -> None:
    assert plain("a\nb\u2028c\u202ed\x00") == "a\\nb\\u2028c\\u202ed\\x00"
    assert plain("päckchen") == "päckchen"


def test_a_package_belongs_to_the_entry_that_lists_it() -> None:
    exported = small()
    found = {one.name: exported.entry(one) for one in exported.manifest.packages}
    reasons = {name: entry.source for name, entry in found.items() if entry is not None}
    assert reasons == {"keel": "keel", "stub:agent": "stub:agent"}


def test_what_a_feature_or_an_equivalent_asks_for() -> None:
    named = package("a", "1-1", required_by=("feature: a",))
    virtual = package("b", "1-1", required_by=("net-base",))
    dependency = package("c", "1-1", required_by=("a", "b"))
    assert answer((named, virtual, dependency)).asked() == {"a-1-1.x86_64", "b-1-1.x86_64"}
