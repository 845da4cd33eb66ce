"""A Containerfile that makes an image from nothing: dnf in a builder stage fills a root, which is all that is
kept.

Source: dnf(8), `--installroot`; Containerfile(5): no line of `RUN` has variables but the shell's, which quotes
keep out.
"""

from __future__ import annotations

import shlex

from optimizer.export.dnf_arguments import DNF_EXPRESSES, options, specs
from optimizer.export.exported import Exported
from optimizer.export.format import Format

_TARGET = "containerfile"
_ROOT = "/target"

#: Where a build says what only it knows: keys, proxies. A list of words, so it is not quoted; hadolint takes it
#: for a package without a version (DL3041).
DNF_OPTIONS = ('ARG DNF_OPTIONS=""', "# hadolint ignore=SC2086,DL3041")


def write(exported: Exported) -> bytes:
    """Return the Containerfile; raises CannotHoldError."""
    before = [*options(_TARGET, exported), f"--installroot={_ROOT}", "--releasever=/"]
    lines = [
        *(f"# {line}" for line in exported.header()),
        "ARG BUILDER=quay.io/centos/centos:stream9",
        "FROM ${BUILDER} AS builder",
        *DNF_OPTIONS,
        *run_lines("dnf", before, specs(_TARGET, exported), f"rm -rf {_ROOT}/var/cache/dnf"),
        "",
        "FROM scratch",
        f"COPY --from=builder {_ROOT}/ /",
    ]
    return ("\n".join(lines) + "\n").encode()


def run_lines(program: str, before: list[str], packages: list[str], after: str) -> list[str]:
    """Return a RUN instruction that installs packages, a word a line, each quoted for the shell."""
    words = [*(f"    {shlex.quote(word)} \\" for word in before), "    install \\"]
    words += [f"    {shlex.quote(word)} \\" for word in packages]
    return [f"RUN {program} ${{DNF_OPTIONS}} \\", *words, f"    && {after}"]


FORMAT = Format(
    title="Containerfile from scratch (dnf --installroot)",
    file_name="Containerfile",
    media_type="text/plain",
    expresses=DNF_EXPRESSES,
    write=write,
    steerable=True,
)
