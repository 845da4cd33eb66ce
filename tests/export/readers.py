"""Each format read back by the parser of its target (or the closest there is): the packages it names.

A format that is added to the table and has no reader here fails the tests: hostile names are tried on every format.
"""

from __future__ import annotations

import configparser
import html
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import yaml

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import plain
from optimizer.export.request import evr_of, nevra_of


def by_nevra(package: ManifestPackage) -> str:
    return nevra_of(package)


def by_plain_nevra(package: ManifestPackage) -> str:
    """As a drawing shows it: what is not printable spelt as an escape."""
    return plain(nevra_of(package))


def by_name(package: ManifestPackage) -> str:
    return package.name


def by_equals(package: ManifestPackage) -> str:
    return f"{package.name}={evr_of(package)}"


def by_name_and_evr(package: ManifestPackage) -> str:
    return f"{package.name} {evr_of(package)}"


def by_checksum(package: ManifestPackage) -> str:
    return package.checksum


@dataclass(frozen=True, slots=True)
class Reader:
    """How to read a file's packages, and how the format spells a package."""

    packages: Callable[[bytes], Iterable[str]]
    spelling: Callable[[ManifestPackage], str] = by_nevra


def _manifest(content: bytes) -> list[str]:
    packages = yaml.safe_load(content)["data"]["packages"]
    return [f"{one['name']} {one['evr']}" for held in packages.values() for one in held]


def _rpms_lock(content: bytes) -> list[str]:
    (arch,) = yaml.safe_load(content)["arches"]
    return [f"{one['name']} {one['evr']}" for one in arch["packages"]]


def _kickstart(content: bytes) -> list[str]:
    from pykickstart.parser import KickstartParser
    from pykickstart.version import makeVersion

    parser = KickstartParser(makeVersion("RHEL9"))
    parser.readKickstartFromString(content.decode())
    packages = parser.handler.packages
    assert not packages.groupList
    assert packages.nocore
    return list(packages.packageList)


def _treefile(content: bytes) -> list[str]:
    document = yaml.safe_load(content)
    lists = [document.get("packages", []), *(one["packages"] for one in document.get("repo-packages", []))]
    return [word for held in lists for word in held]


def _ostree_lock(content: bytes) -> list[str]:
    return [f"{name}-{one['evra']}" for name, one in json.loads(content)["packages"].items()]


def _blueprint(content: bytes) -> list[str]:
    return [f"{one['name']}-{one['version']}" for one in tomllib.loads(content.decode())["packages"]]


def _osbuild_manifest(content: bytes) -> list[str]:
    (pipeline,) = json.loads(content)["pipelines"]
    return list(pipeline["stages"][0]["inputs"]["packages"]["references"])


def ini(content: bytes) -> configparser.ConfigParser:
    """Return a file of sections; no interpolation, as neither mkosi nor dnf's parser does Python's."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.read_string(content.decode())
    return parser


def _mkosi(content: bytes) -> list[str]:
    return ini(content)["Content"]["Packages"].split()


def _kiwi(content: bytes) -> list[str]:
    return [element.attrib["name"] for element in ElementTree.fromstring(content).iter("package")]


def _json_packages(content: bytes) -> list[str]:
    packages: list[str] = json.loads(content)["packages"]
    return packages


def _image_customizer(content: bytes) -> list[str]:
    packages: list[str] = yaml.safe_load(content)["os"]["packages"]["install"]
    return packages


def _bazeldnf(content: bytes) -> list[str]:
    return [one["name"] for one in json.loads(content)["rpms"]]


def run_words(content: bytes) -> list[str]:
    """Return the words of the dnf command in a Containerfile, as the shell would split them."""
    from dockerfile_parse import DockerfileParser

    parser = DockerfileParser(fileobj=_file(content))
    (command,) = [one["value"] for one in parser.structure if one["instruction"] == "RUN" and "dnf" in one["value"]]
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    return words[: words.index("&&")]


def _file(content: bytes) -> Any:
    import io

    return io.BytesIO(content)


def _containerfile(content: bytes) -> list[str]:
    words = run_words(content)
    return words[words.index("install") + 1 :]


def _arguments(content: bytes) -> list[str]:
    words = content.decode().split("\n")[:-1]
    return words[words.index("install") + 1 :]


def _transaction(content: bytes) -> list[str]:
    return [one["nevra"] for one in json.loads(content)["rpms"]]


def _comps(content: bytes) -> list[str]:
    import libcomps

    comps = libcomps.Comps()
    assert comps.fromxml_str(content.decode()) == 0, comps.get_last_errors()
    (group,) = comps.groups
    return [package.name for package in group.packages]


def _workload(content: bytes) -> list[str]:
    data = yaml.safe_load(content)["data"]
    ours = [rpm["rpm_name"] for source in data.get("package_placeholders", []) for rpm in source["rpms"]]
    return [*data["packages"], *ours]


def _cyclonedx(content: bytes) -> list[str]:
    held = json.loads(content)["components"]
    return [_nevra_of_purl(one["purl"]) for one in held if "purl" in one]


def _spdx(content: bytes) -> list[str]:
    references = [one["externalRefs"] for one in json.loads(content)["packages"] if "externalRefs" in one]
    return [_nevra_of_purl(reference["referenceLocator"]) for (reference,) in references]


def _nevra_of_purl(text: str) -> str:
    from packageurl import PackageURL

    purl = PackageURL.from_string(text)
    epoch = f"{purl.qualifiers['epoch']}:" if "epoch" in purl.qualifiers else ""
    return f"{purl.name}-{epoch}{purl.version}.{purl.qualifiers.get('arch', '')}"


def _dot(content: bytes) -> list[str]:
    """The first two lines of each node's label, as Graphviz itself reads the file and writes it as JSON."""
    import subprocess

    from tests.requirements import require_tool

    command = [str(require_tool("dot")), "-Kpatchwork", "-Tdot_json"]
    read = subprocess.run(command, input=content, capture_output=True, check=True)
    assert not read.stderr, read.stderr
    nodes = [one for one in json.loads(read.stdout).get("objects", []) if "nodes" not in one and "shape" in one]
    return ["-".join(_dot_lines(one["label"])[:2]) for one in nodes if one["shape"] != "note"]


def _dot_lines(label: str) -> list[str]:
    lines = re.split(r"(?<!\\)(?:\\\\)*\\n", label)
    return [html.unescape(line.replace("\\\\", "\\")) for line in lines]


def _testcase(content: bytes) -> list[str]:
    jobs = re.findall(r"^job install pkg ([^@\n]*)@(.*)$", content.decode(), re.MULTILINE)
    return [nevra for nevra, repository in jobs if repository not in ("@stubs", "@equivalents")]


def _nothing(_: bytes) -> list[str]:
    return []


READERS: Mapping[str, Reader] = {
    "rpm-package-manifest": Reader(_manifest, by_name_and_evr),
    "rpms-lock": Reader(_rpms_lock, by_name_and_evr),
    "kickstart": Reader(_kickstart),
    "rpm-ostree-treefile": Reader(_treefile),
    "rpm-ostree-lockfile": Reader(_ostree_lock),
    "osbuild-blueprint": Reader(_blueprint),
    "osbuild-manifest": Reader(_osbuild_manifest, by_checksum),
    "mkosi": Reader(_mkosi),
    "kiwi": Reader(_kiwi),
    "photon-installer": Reader(_json_packages, by_equals),
    "photon-packages": Reader(_json_packages, by_equals),
    "image-customizer": Reader(_image_customizer, by_equals),
    "bazeldnf": Reader(_bazeldnf, by_name),
    "containerfile": Reader(_containerfile),
    "containerfile-bootc": Reader(_containerfile),
    "dnf-arguments": Reader(_arguments),
    "dnf-transaction": Reader(_transaction),
    "comps-group": Reader(_comps, by_name),
    "content-resolver-workload": Reader(_workload, by_name),
    "cyclonedx": Reader(_cyclonedx),
    "spdx": Reader(_spdx),
    "libsolv-testcase": Reader(_testcase),
    "dot": Reader(_dot, by_plain_nevra),
}

#: Formats that name repositories, sources or what is kept out, and no packages.
WITHOUT_PACKAGES = frozenset({"repository-file", "content-resolver-unwanted", "koji", "copr"})

#: What no file may hold unescaped: NUL, and what turns the direction of writing.
NEVER = re.compile("[\x00\u202a-\u202e\u2066-\u2069]")
