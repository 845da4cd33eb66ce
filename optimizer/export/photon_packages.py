"""A Photon OS package list, `packages_*.json`: what `packagelist_file` of an installer configuration names."""

from __future__ import annotations

from optimizer.export.exported import Exported
from optimizer.export.format import EVERYTHING, Expresses, Format
from optimizer.export.json_text import json_document
from optimizer.export.photon import words


def write(exported: Exported) -> bytes:
    """Return the list; raises CannotHoldError."""
    return json_document({"packages": words(exported)})


FORMAT = Format(
    title="Photon OS package list, packages_*.json",
    file_name="packages_pkgset.json",
    media_type="application/json",
    expresses=frozenset({Expresses.VERSIONS, Expresses.SAME_NAME, Expresses.WEAK_SWITCH}),
    write=write,
    steerable=True,
    part_of="photon-installer",
    expected=EVERYTHING - {Expresses.REPOSITORIES},
)
