"""Photon's package lists and the JSON that its installer takes.

Source: docs/ks_config.md and photon_installer/installer.py of photon-os-installer. tdnf follows no weak dependencies.
"""

from __future__ import annotations

from optimizer.imports.error import BadImportError
from optimizer.imports.fields import Fields
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.listing import list_format
from optimizer.imports.request import AskedRepository, Request
from optimizer.imports.source import Source
from optimizer.imports.tree import read_json

_PACKAGES = ("packages", "additional_packages")
_MARKS = frozenset(
    (
        *("linux_flavor", "packagelist_file", "packagelist_files", "disk", "disks", "partitions", "bootmode"),
        *("hostname", "additional_packages", "install_linux_esx", "postinstall", "partition_type"),
    )
)


def is_photon_list(probe: Probe) -> bool:
    """Return whether a file is Photon's `{"packages": [names]}`, for one architecture or for all."""
    if not probe.is_json or probe.document is None or not isinstance(probe.document.value, dict):
        return False
    lists = [value for key, value in probe.document.value.items() if _is_list(key)]
    names = [item for value in lists if isinstance(value, list) for item in value]
    return (
        bool(lists) and all(isinstance(value, list) for value in lists) and len({type(name) for name in names}) == 1
    )


def _recognise(probe: Probe) -> bool:
    return probe.is_json and bool(probe.keys & _MARKS)


def _is_list(key: str) -> bool:
    return key == "packages" or key.startswith("packages_")


def _read(source: Source, terms: Terms) -> Request:
    fields = Fields.of(source, read_json(source))
    arch = terms.arch or fields.text("arch")
    request = Request("photon-installer", source.path, arch=arch, weak_note="tdnf follows none")
    _packages(request, fields)
    for key in ("packagelist_file", "packagelist_files"):
        for name, at in fields.texts(key):
            included = terms.includes.read(name, at.file, at.line)
            _packages(request, Fields.of(included, read_json(included)))
    flavour = fields.text("linux_flavor")
    if flavour is not None:
        request.want(flavour, fields.at("linux_flavor"), note="linux_flavor")
    request.releasever = fields.text("photon_release_version")
    _repositories(request, fields)
    known = (*_PACKAGES, "packagelist_file", "packagelist_files", "linux_flavor", "arch", "repos")
    left = [(key, at) for key, at in fields.others(*known, "photon_release_version") if not _is_list(key)]
    for key, at in left:
        if key in ("postinstall", "postinstallscripts", "preinstall", "preinstallscripts", "additional_rpms_path"):
            request.lose(key, "not read; packages it brings are not seen", at)
    request.unrelated(left)
    if not request.wanted:
        raise BadImportError(source.path, "expected packages or packagelist_file, found none")
    return request


def _packages(request: Request, fields: Fields) -> None:
    own = f"packages_{request.target}"
    for key in (*_PACKAGES, own):
        for name, at in fields.texts(key):
            request.want(name, at)
    for key in fields.values:
        if key.startswith("packages_") and key != own:
            count = len(list(fields.texts(key)))
            request.lose(key, f"{count} for another architecture than {request.target}", fields.at(key))


def _repositories(request: Request, fields: Fields) -> None:
    repos = fields.mapping("repos")
    for name in repos.values if repos is not None else ():
        assert repos is not None
        entry = repos.mapping(name)
        if entry is not None and entry.text("enabled") not in ("0", "false"):
            urls = tuple(url for url, _ in entry.texts("baseurl"))
            request.repositories.append(AskedRepository(name, repos.at(name), urls))


def _read_list(source: Source, terms: Terms) -> Request:
    fields = Fields.of(source, read_json(source))
    if any(isinstance(item, dict) for item, _ in fields.items("packages")):
        # Somebody wrote versions too: then it is what an image holds, like `rpm -qa`.
        return list_format("photon-packages").read(source, terms)
    request = Request("photon-packages", source.path, arch=terms.arch, weak_note="tdnf follows none")
    _packages(request, fields)
    request.unrelated([(key, at) for key, at in fields.others() if not _is_list(key)])
    return request


FORMAT = Format("Photon installer JSON", _recognise, _read)
LIST_FORMAT = Format('Photon package list, {"packages": [...]}', is_photon_list, _read_list)
