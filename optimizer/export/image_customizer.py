"""A configuration of the Azure Linux Image Customizer: what tdnf adds to a base image.

Repositories are given to the program with `--rpm-source`, not in the file; a file of the format `repository-file`
does. Source: `imagecustomizerapi/packages.go` of azure-linux-image-tools.
"""

from __future__ import annotations

from optimizer.export.exported import Exported
from optimizer.export.format import Besides, Expresses, Format, Loss
from optimizer.export.words import tdnf_word
from optimizer.export.yaml_text import yaml_document

_TARGET = "image-customizer"


def write(exported: Exported) -> bytes:
    """Return the configuration; raises CannotHoldError."""
    words = list(dict.fromkeys(tdnf_word(_TARGET, wanted) for wanted in exported.request.packages))
    return yaml_document({"os": {"packages": {"install": words}}}, exported.header())


def lost(_: Exported) -> tuple[Loss, ...]:
    """Return that a base image brings packages of its own."""
    return (Loss(Besides.PACKAGES, "that the base image's other packages are not wanted: they stay"),)


FORMAT = Format(
    title="Azure Linux Image Customizer configuration",
    file_name="image-customizer.yaml",
    media_type="application/yaml",
    expresses=frozenset({Expresses.VERSIONS, Expresses.SAME_NAME, Expresses.WEAK_SWITCH}),
    write=write,
    lost=lost,
    steerable=True,
)
