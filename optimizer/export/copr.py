"""A shell script for Copr: the divergence list built in batches, each batch after the one before.

The first build of a batch comes `--after-build-id` of a build of the batch before, the others `--with-build-id` of
the first. Source: copr-cli's `main.py`, and "Build batches" in Copr's user documentation.
"""

from __future__ import annotations

import shlex

from optimizer.export.build_order import build_order, header
from optimizer.export.exported import Exported
from optimizer.export.format import Format
from optimizer.export.koji import SAYS

_BUILD = """\
build() {  # NAME [OPTION ID]: prints the id of the build
  name=$1; shift
  copr-cli buildscm --nowait --clone-url "$COPR_SCM/$name" --commit "$COPR_REF" "$@" "$COPR_PROJECT" |
    sed -n 's/^Created builds: *\\([0-9][0-9]*\\).*/\\1/p' | grep .
}"""


def write(exported: Exported) -> bytes:
    """Return the script; raises CannotHoldError of a source whose name is not one of RPM's."""
    order = build_order(exported, "copr")
    lines = ["#!/bin/sh", *header(exported, order), "set -eu"]
    if not order.groups:
        lines.append("# nothing to build: every package comes from upstream as it is")
        return ("\n".join(lines) + "\n").encode()
    lines += [
        ': "${COPR_PROJECT:?the project, OWNER/NAME}"',
        ': "${COPR_SCM:?where the sources lie: https://host/rpms stands before /NAME}"',
        ': "${COPR_REF:=HEAD}"',
        _BUILD,
    ]
    for place, group in enumerate(order.groups):
        after = ' --after-build-id "$batch"' if place else ""
        first, *rest = map(shlex.quote, group)
        lines.append(f"batch=$(build {first}{after})")
        lines += [f'build {name} --with-build-id "$batch" >/dev/null' for name in rest]
    return ("\n".join(lines) + "\n").encode()


FORMAT = Format(
    title="Copr batches for the divergence list",
    file_name="copr.sh",
    media_type="application/x-sh",
    expresses=SAYS,
    write=write,
    part_of="rpm-package-manifest",
    expected=SAYS,
)
