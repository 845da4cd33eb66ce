"""A shell script for Koji: the divergence list added to a tag, and built in order.

`koji chain-build` takes SCM URLs, groups of them apart by a colon, and refuses a single group, for which there is
`koji build`. Source: koji's `cli/koji_cli/commands.py`.
"""

from __future__ import annotations

import shlex

from optimizer.export.build_order import BuildOrder, build_order, header
from optimizer.export.exported import Exported
from optimizer.export.format import Expresses, Format

SAYS = frozenset({Expresses.DIVERGENCE, Expresses.STUBS, Expresses.REASONS})
_SETTINGS = (
    ("KOJI_TAG", "the tag that the packages are added to"),
    ("KOJI_OWNER", "who owns them there"),
    ("KOJI_TARGET", "the build target"),
    ("KOJI_SCM", "where the sources lie: git+https://host/rpms stands before /NAME#REF"),
)


def write(exported: Exported) -> bytes:
    """Return the script; raises CannotHoldError of a source whose name is not one of RPM's."""
    order = build_order(exported, "koji")
    lines = ["#!/bin/sh", *header(exported, order), "set -eu"]
    if not order.groups:
        lines.append("# nothing to build: every package comes from upstream as it is")
        return ("\n".join(lines) + "\n").encode()
    lines += [f': "${{{name}:?{what}}}"' for name, what in _SETTINGS]
    lines.append(': "${KOJI_REF:=HEAD}"')
    names = [shlex.quote(name) for group in order.groups for name in group]
    lines.append(f'koji add-pkg --owner "$KOJI_OWNER" "$KOJI_TAG" {" ".join(sorted(names))}')
    return ("\n".join([*lines, *_builds(order)]) + "\n").encode()


def _builds(order: BuildOrder) -> list[str]:
    if len(order.groups) == 1:
        return [f'koji build --nowait "$KOJI_TARGET" {_url(name)}' for name in order.groups[0]]
    groups = [" ".join(map(_url, group)) for group in order.groups]
    return ['koji chain-build "$KOJI_TARGET" \\', "  " + " : \\\n  ".join(groups)]


def _url(name: str) -> str:
    return f'"$KOJI_SCM"/{shlex.quote(name)}"#$KOJI_REF"'


FORMAT = Format(
    title="Koji script for the divergence list",
    file_name="koji.sh",
    media_type="application/x-sh",
    expresses=SAYS,
    write=write,
    part_of="rpm-package-manifest",
    expected=SAYS,
)
