"""Metadata made to cost time, memory or disk, by name: `python -m tests.repository.attacks NAME` falls for one.

Run in a process of its own, which may use little of each; it says on stdout what became of the attack.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Callable

from optimizer.repository.comps import read_groups
from optimizer.repository.decompression import CompressionError, decompress
from optimizer.repository.error import RepositoryError
from optimizer.repository.modules import read_modules
from optimizer.repository.record import read_repomd

MEMORY = 1 << 30
CPU_S = 20

MIB = 1 << 20
REPOMD = b'<repomd xmlns="http://linux.duke.edu/metadata/repo">'
LAUGHS = b"<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
FILE = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
GROUP = b"<group><id>g</id><packagelist>%s</packagelist></group>"
ENVIRONMENT = b"<environment><grouplist><groupid>g</groupid></grouplist></environment>"
STREAM = b"---\ndocument: modulemd\nversion: 2\ndata: {name: m%d, stream: s, dependencies: [%s]}\n"
DEFAULT = b"---\ndocument: modulemd-defaults\nversion: 1\ndata: {module: m%d, stream: s}\n"


def fill(size: int, head: bytes, unit: bytes, tail: bytes = b"") -> bytes:
    """Return `size` bytes, all but head and tail one unit again and again."""
    return head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


def repomd(data: bytes) -> None:
    read_repomd(data, "r", "")


def comps(data: bytes) -> None:
    read_groups(io.BytesIO(data))


def modules(data: bytes) -> None:
    read_modules(io.BytesIO(data)).select(())


def unpack(data: bytes, name: str) -> None:
    for _ in decompress(io.BytesIO(data), name):
        pass


def chain(length: int) -> bytes:
    """Return modules each of which requires the one before, the last a default."""
    streams = (STREAM % (number, b"{requires: {m%d: []}}" % (number - 1)) for number in range(1, length))
    return b"".join(streams) + STREAM % (0, b"") + DEFAULT % (length - 1)


def environments(count: int) -> bytes:
    """Return environments that all hold one group of as many packages."""
    members = b"".join(b"<packagereq>p%d</packagereq>" % number for number in range(count))
    return b"<comps>" + GROUP % members + ENVIRONMENT * count + b"</comps>"


ATTACKS: dict[str, Callable[[], None]] = {
    "repomd, deep": lambda: repomd(fill(2 * MIB, REPOMD, b"<a>")),
    "repomd, one attribute": lambda: repomd(fill(2 * MIB, REPOMD + b'<data type="', b"x", b'"/></repomd>')),
    "repomd, parts": lambda: repomd(fill(2 * MIB, REPOMD, b'<data type="_db"/>', b"</repomd>")),
    "repomd, entities": lambda: repomd(LAUGHS + b"<x>&b;</x>"),
    "comps, entities": lambda: comps(LAUGHS + b"<comps>&b;</comps>"),
    "comps, external entities": lambda: comps(FILE + b"<comps>&a;</comps>"),
    "comps, deep": lambda: comps(fill(16 * MIB, b"<comps>", b"<a>")),
    "comps, groups": lambda: comps(fill(16 * MIB, b"<comps>", b"<group/>", b"</comps>")),
    "comps, environments": lambda: comps(environments(9_999)),
    "comps, large": lambda: comps(bytes(17 * MIB)),
    "modules, large": lambda: modules(bytes(33 * MIB)),
    "modules, deep": lambda: modules(fill(32 * MIB, b"a: ", b"[")),
    "modules, deep keys": lambda: modules(fill(32 * MIB, b"", b"? ")),
    "modules, words": lambda: modules(fill(32 * MIB, b"a: [", b"a,", b"]")),
    "modules, one text": lambda: modules(fill(32 * MIB, b"a: ", b"x")),
    "modules, aliases": lambda: modules(STREAM % (0, b"&a {requires: {m: [x]}}" + b", *a" * 9_999)),
    "modules, chain": lambda: modules(chain(9_999)),
    "gzip, empty streams": lambda: unpack(bytes.fromhex("1f8b08000000000002ff0300000000000000000000") * MIB, "x.gz"),
    "bzip2, empty streams": lambda: unpack(bytes.fromhex("425a683917724538509000000000") * MIB, "x.bz2"),
    "zstd, empty streams": lambda: unpack(bytes.fromhex("28b52ffd2000010000") * MIB, "x.zst"),
}


def main() -> None:
    """Run the attack that is named within the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    try:
        ATTACKS[sys.argv[1]]()
    except (RepositoryError, CompressionError) as error:
        print("refused:", error)
    else:
        print("taken")


if __name__ == "__main__":
    main()
