"""XML as every XML format here writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from optimizer.export.format import CannotHoldError

#: What XML 1.0 has no way to write, not even as a character reference (section 2.2).
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: A comment may not hold two dashes side by side (section 2.5).
_DASHES = re.compile("-(?=-)")


def xml_document(target: str, root: ElementTree.Element, header: Iterable[str] = (), doctype: str = "") -> bytes:
    """Return a document in UTF-8, indented, its header in comments; raises CannotHoldError."""
    for element in root.iter():
        for text in (element.text or "", *element.attrib.values()):
            if _FORBIDDEN.search(text):
                raise CannotHoldError(target, "text", text)
    ElementTree.indent(root)
    comments = "".join(f"<!-- {_DASHES.sub('- ', line)} -->\n" for line in header)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return (declaration + doctype + comments + ElementTree.tostring(root, encoding="unicode") + "\n").encode()
