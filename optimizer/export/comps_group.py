"""A comps group: the names of an answer as mandatory members, for a repository of one's own.

A group knows names only. Source: `comps.rng` of rpm-metadata; libcomps.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from optimizer.export.exported import Exported, plain
from optimizer.export.format import Format
from optimizer.export.words import printable
from optimizer.export.xml_text import xml_document

_TARGET = "comps-group"
_DOCTYPE = '<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">\n'
_UNSAFE = re.compile(r"[^a-z0-9-]+")


def write(exported: Exported) -> bytes:
    """Return a comps file of one group; raises CannotHoldError for names that XML cannot hold."""
    comps = ElementTree.Element("comps")
    group = ElementTree.SubElement(comps, "group")
    name = plain(exported.manifest.problem)
    ElementTree.SubElement(group, "id").text = _UNSAFE.sub("-", name.lower()).strip("-") or "image"
    ElementTree.SubElement(group, "name").text = name
    ElementTree.SubElement(group, "description").text = exported.header()[0]
    ElementTree.SubElement(group, "default").text = "false"
    ElementTree.SubElement(group, "uservisible").text = "true"
    members = ElementTree.SubElement(group, "packagelist")
    for member in sorted({wanted.name for wanted in exported.request.packages}):
        ElementTree.SubElement(members, "packagereq", {"type": "mandatory"}).text = printable(
            _TARGET, "package name", member
        )
    return xml_document(_TARGET, comps, exported.header(), _DOCTYPE)


FORMAT = Format(
    title="comps group",
    file_name="comps.xml",
    media_type="application/xml",
    expresses=frozenset(),
    write=write,
    steerable=True,
)
