"""Both SBOM formats on real answers, judged by the validators of their own projects."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from optimizer.export import sbom
from optimizer.export.answer_graph import answer_graph
from optimizer.export.cyclonedx import write as write_cyclonedx
from optimizer.export.exported import Exported
from optimizer.export.sbom import MissingSbomLibraryError, digest_of, place_of
from optimizer.export.spdx import write as write_spdx
from tests.export.answers import ANSWERS, real
from tests.export.making import answer, package, small

each_answer = pytest.mark.parametrize("name", ANSWERS)


@each_answer
def test_cyclonedx_takes_it_strictly(name: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = write_cyclonedx(real(name)).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


@each_answer
def test_the_spdx_tools_take_it(name: str, tmp_path: Path) -> None:
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    file = tmp_path / "answer.spdx.json"
    file.write_bytes(write_spdx(real(name)))
    assert validate_full_spdx_document(parse_file(str(file)), "SPDX-2.3") == []


@each_answer
def test_both_say_who_needs_whom(name: str) -> None:
    exported = real(name)
    graph = answer_graph(exported)
    expected = {(edge.asker, edge.giver) for edge in graph.edges} | {(-1, place) for place in graph.roots}
    assert _edges_of_cyclonedx(exported) == expected == _edges_of_spdx(exported)
    assert _reached(expected) == set(range(len(exported.manifest.packages)))


def _edges_of_cyclonedx(exported: Exported) -> set[tuple[int, int]]:
    document = json.loads(write_cyclonedx(exported))
    places = {sbom.reference(one): place for place, one in enumerate(exported.manifest.packages)} | {"answer": -1}
    held = [one for one in document["dependencies"] if one["ref"] != "pkgset"]
    return {(places[one["ref"]], places[giver]) for one in held for giver in one.get("dependsOn", [])}


def _edges_of_spdx(exported: Exported) -> set[tuple[int, int]]:
    document = json.loads(write_spdx(exported))
    places = {one["SPDXID"]: place - 1 for place, one in enumerate(document["packages"])}
    kinds = [one for one in document["relationships"] if one["relationshipType"] == "DEPENDS_ON"]
    return {(places[one["spdxElementId"]], places[one["relatedSpdxElement"]]) for one in kinds}


def _reached(edges: set[tuple[int, int]]) -> set[int]:
    reached, waiting = set[int](), [-1]
    while waiting:
        at = waiting.pop()
        fresh = {giver for asker, giver in edges if asker == at} - reached
        reached |= fresh
        waiting += fresh
    return reached


def test_the_demo_has_its_licences_divergence_and_stub() -> None:
    cyclonedx, spdx = json.loads(write_cyclonedx(real("demo"))), json.loads(write_spdx(real("demo")))
    components = {one["name"]: one for one in cyclonedx["components"]}
    packages = {one["name"]: one for one in spdx["packages"]}
    by_name = {one.name: one for one in real("demo").instance.packages}
    said = {name: one["licenses"][0] for name, one in components.items() if "licenses" in one}
    licensed = {name: one["expression"] for name, one in said.items() if "expression" in one}
    assert licensed == {name: by_name[name].license for name in licensed}
    assert len(licensed) > 80
    assert packages["git"]["licenseDeclared"] == by_name["git"].license
    assert _properties(components["git"])["pkgset:divergence"] == "limit"
    assert "reason limit" in components["git"]["pedigree"]["notes"]
    assert "reason limit" in packages["git"]["comment"]
    stub = components["attestation-agent"]
    assert _properties(stub)["pkgset:origin"] == "stub"
    assert "purl" not in stub
    root = cyclonedx["metadata"]["component"]
    assert "git" in {one["value"] for one in root["properties"] if one["name"] == "pkgset:feature"}


def _properties(component: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in component["properties"]}


@pytest.mark.data
def test_licences_of_old_rpms_are_kept_word_for_word() -> None:
    exported = real("photon-1.0-tp1-minimal")
    components = json.loads(write_cyclonedx(exported))["components"]
    texts = {one["licenses"][0]["license"]["name"] for one in components if "license" in one.get("licenses", [{}])[0]}
    assert "GPLv2+" in texts
    spdx = json.loads(write_spdx(exported))
    assert texts == {one["extractedText"] for one in spdx["hasExtractedLicensingInfos"]}


def test_a_time_is_written_only_where_it_is_given() -> None:
    assert "timestamp" not in json.loads(write_cyclonedx(small()))["metadata"]
    assert json.loads(write_spdx(small()))["creationInfo"]["created"] == "1970-01-01T00:00:00Z"
    dated = replace(small(), time=1_700_000_000)
    assert json.loads(write_cyclonedx(dated))["metadata"]["timestamp"].startswith("2023-11-14T22:13:20")
    assert json.loads(write_spdx(dated))["creationInfo"]["created"] == "2023-11-14T22:13:20Z"


def test_another_answer_has_another_serial_number() -> None:
    other = answer((package("bash", "5-1"),))
    assert _serial(small()) == _serial(small()) != _serial(other)


def _serial(exported: Exported) -> str:
    serial: str = json.loads(write_cyclonedx(exported))["serialNumber"]
    return serial


@pytest.mark.parametrize(
    ("checksum", "expected"),
    [
        ("sha:" + "a" * 40, ("sha1", "a" * 40)),
        ("sha512:" + "0" * 128, ("sha512", "0" * 128)),
        ("md5:" + "f" * 32, ("md5", "f" * 32)),
        ("sha256:" + "a" * 40, None),
        ("whirlpool:" + "a" * 128, None),
        ("", None),
    ],
)
def test_a_checksum_goes_by_the_name_of_its_algorithm(checksum: str, expected: tuple[str, str] | None) -> None:
    assert digest_of(package("a", "1-1", checksum=checksum)) == expected


def test_a_place_is_an_iri() -> None:
    exported = answer((package("a", "1-1", location="p/a^[1]%h.rpm"),))
    assert place_of(exported, exported.packages[0]) == (
        "https://example.invalid/base/x86_64/os/p/a%5E%5B1%5D%25h.rpm"
    )


def test_without_the_library_the_command_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: str) -> Any:
        raise ImportError

    monkeypatch.setattr(sbom, "import_module", nothing)
    with pytest.raises(MissingSbomLibraryError, match=r"pip install 'pkgset\[sbom\]'"):
        write_cyclonedx(small())


def _purls(exported: Exported) -> dict[str, dict[str, str]]:
    from packageurl import PackageURL

    held = json.loads(write_cyclonedx(exported))["components"]
    return {one["name"]: PackageURL.from_string(one["purl"]).qualifiers for one in held if "purl" in one}


def test_a_purl_names_the_source_rpm_where_the_metadata_do() -> None:
    libs = package("bash-libs", "5-1", source="bash-5-1")
    told = _purls(answer((package("bash", "5-1"), libs, package("odd", "1:5-1", source="odd-1:5-1"))))
    assert {name: one.get("upstream") for name, one in told.items()} == {
        "bash": "bash-5-1.src.rpm",
        "bash-libs": "bash-5-1.src.rpm",
        "odd": None,
    }
    assert "upstream" not in _purls(answer((package("bash", "5-1"),)))["bash"]


@pytest.mark.data
def test_the_purls_of_a_mirrored_repository_have_its_own_url() -> None:
    told = _purls(real("cs9-host"))
    assert told["systemd-libs"]["repository_url"].startswith("https://mirror.stream.centos.org/9-stream/BaseOS/")
    systemd = next(one for one in real("cs9-host").packages if one.name == "systemd-libs")
    assert told["systemd-libs"]["upstream"] == f"{systemd.source}.src.rpm"


def test_no_sbom_has_a_directory_of_this_machine() -> None:
    assert all("repository_url" not in one for one in _purls(real("demo")).values())
    assert b"file:" not in write_cyclonedx(real("demo")) + write_spdx(real("demo"))
