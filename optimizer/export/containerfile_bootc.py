"""A Containerfile for bootc: an answer added to a base image, and checked by bootc itself.

Source: bootc's documentation, "Building images"; dnf(8).
"""

from __future__ import annotations

from optimizer.export.containerfile import DNF_OPTIONS, run_lines
from optimizer.export.dnf_arguments import DNF_EXPRESSES, options, specs
from optimizer.export.exported import Exported
from optimizer.export.format import Besides, Format, Loss

_TARGET = "containerfile-bootc"


def write(exported: Exported) -> bytes:
    """Return the Containerfile; raises CannotHoldError."""
    lines = [
        *(f"# {line}" for line in exported.header()),
        "ARG BASE=quay.io/centos-bootc/centos-bootc:stream9",
        "FROM ${BASE}",
        *DNF_OPTIONS,
        *run_lines("dnf", options(_TARGET, exported), specs(_TARGET, exported), "dnf clean all"),
        "RUN bootc container lint",
        "LABEL containers.bootc=1",
    ]
    return ("\n".join(lines) + "\n").encode()


def lost(_: Exported) -> tuple[Loss, ...]:
    """Return that a base image brings packages of its own."""
    return (Loss(Besides.PACKAGES, "that the base image's other packages are not wanted: they stay"),)


FORMAT = Format(
    title="Containerfile for bootc",
    file_name="Containerfile.bootc",
    media_type="text/plain",
    expresses=DNF_EXPRESSES,
    write=write,
    lost=lost,
    steerable=True,
)
