"""A KIWI NG image description, `config.xml` of schema 8.5: a root file system as a tar archive, to grow from.

All packages stand in the bootstrap phase, which dnf on the build host fills with `--installroot`: the image phase
would need a package manager in the image. `patternType="onlyRequired"` leaves weak dependencies, `ignore` keeps
names out before the solve. Source: KIWI's schema and `kiwi/package_manager/dnf4.py`.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from optimizer.export.exported import Exported
from optimizer.export.format import Expresses, Format
from optimizer.export.words import checked_name, checked_repository, dnf_word
from optimizer.export.xml_text import xml_document

_TARGET = "kiwi"
_UNSAFE = re.compile(r"[^a-zA-Z0-9_.-]+")


def write(exported: Exported) -> bytes:
    """Return the description; raises CannotHoldError. A name that KIWI forbids for an image gets dashes."""
    name = _UNSAFE.sub("-", exported.manifest.problem) or "image"
    image = ElementTree.Element("image", {"schemaversion": "8.5", "name": name})
    description = ElementTree.SubElement(image, "description", {"type": "system"})
    ElementTree.SubElement(description, "author").text = "pkgset"
    ElementTree.SubElement(description, "contact").text = "none"
    ElementTree.SubElement(description, "specification").text = exported.header()[0]
    preferences = ElementTree.SubElement(image, "preferences")
    ElementTree.SubElement(preferences, "version").text = "0.0.1"
    ElementTree.SubElement(preferences, "packagemanager").text = "dnf4"
    ElementTree.SubElement(preferences, "type", {"image": "tbz"})
    for repository in exported.repositories:
        alias = checked_repository(_TARGET, repository.id)
        place = ElementTree.SubElement(image, "repository", {"type": "rpm-md", "alias": alias})
        ElementTree.SubElement(place, "source", {"path": repository.url})
    kind = "plusRecommended" if exported.request.weak else "onlyRequired"
    packages = ElementTree.SubElement(image, "packages", {"type": "bootstrap", "patternType": kind})
    for wanted in exported.request.packages:
        ElementTree.SubElement(packages, "package", {"name": dnf_word(_TARGET, wanted)})
    for excluded in exported.request.excludes:
        ElementTree.SubElement(packages, "ignore", {"name": checked_name(_TARGET, excluded)})
    return xml_document(_TARGET, image, exported.header())


FORMAT = Format(
    title="KIWI NG config.xml",
    file_name="config.xml",
    media_type="application/xml",
    expresses=frozenset(
        {
            Expresses.VERSIONS,
            Expresses.ARCHITECTURE,
            Expresses.SAME_NAME,
            Expresses.REPOSITORIES,
            Expresses.EXCLUDES,
            Expresses.WEAK_SWITCH,
        }
    ),
    write=write,
    steerable=True,
)
