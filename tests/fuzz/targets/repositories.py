"""What servers send: repomd.xml and its signature, primary, file lists, comps, modules, `.solv` files, packed files.

What libsolv parses is given to `reader` in this very process, marked as contained, as in production a child does it;
what it wrote is then read, closed over and solved by libsolv as in production, and that must hold.
"""

from __future__ import annotations

import gzip
import io
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import solv

from optimizer.problem.load import load_problem
from optimizer.problem.problem import KeySource, Origin, Position, Problem, RepositorySource
from optimizer.repository.comps import read_groups
from optimizer.repository.decompression import CompressionError, decompress
from optimizer.repository.error import BadRepositoryData
from optimizer.repository.keyring import read_keyring
from optimizer.repository.modules import read_modules
from optimizer.repository.progress import Silent
from optimizer.repository.record import read_repomd
from optimizer.repository.signature import check_signature
from optimizer.universe import reader
from optimizer.universe.assemble import write_down
from optimizer.universe.close import reach_closure
from optimizer.universe.fault import faults
from optimizer.universe.instance import Input
from optimizer.universe.load import Loaded
from optimizer.universe.prepare import libsolv_choice, prepare_universe
from optimizer.universe.snapshot import compress_instance, decode_instance
from optimizer.universe.world import new_world
from tests.fuzz.mutate import Kind
from tests.fuzz.target import Contain, Target
from tests.repository.making import COMPRESS
from tests.repository.primary import Made, filelists, primary

SEEDS = Path(__file__).parents[1] / "seeds"
_PROBLEM = """format: 1
name: fuzz
arch: x86_64
repositories:
  - {id: up, origin: upstream, baseurl: .}
  - {id: down, origin: downstream, baseurl: .}
features: {required: [a, b, /usr/bin/a], optional: [{require: (c or d), value: 3}], forbidden: [z]}
policy: {downstream: rebuilt, weak_dependencies: follow, candidates: all, missing: stub}
objectives: [divergence, features, installed_size, packages]
"""
_PACKAGES = (
    Made(
        provides=("a(x86-64) = 1-1", "cap"),
        requires=("b = 0:1-1", "(c if d else e)", "/usr/bin/b", "rpmlib(X) = 1-1"),
        files=("/usr/bin/a", "/etc/a"),
        conflicts=("z",),
        obsoletes=("old = 1",),
        summary="Eins & <zwei>",
    ),
    Made(name="b", epoch="1", version="2.0~rc1", release="3.el9", arch="x86_64", files=("/usr/bin/b",)),
    Made(name="c", requires=("(d or (a and b))", "libc.so.6(GLIBC_2.4)(64bit)"), provides=("d = 2",)),
    Made(name="c", version="2^git", arch="i686", conflicts=("(a unless b)",), obsoletes=("c = 1",)),
)
_ADMITTED = b"""{"architectures": ["i686", "noarch", "x86_64"], "active_artifacts": ["a-0:1-1.noarch"],
"excluded_artifacts": ["c-0:2^git-1.i686"], "active_names": ["a"]}"""
_REPOMD = b"""<?xml version="1.0"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>7</revision>
<data type="primary"><checksum type="sha256">%s</checksum><open-checksum type="sha256">%s</open-checksum>
<location href="repodata/primary.xml.gz"/><timestamp>1.5</timestamp><size>10</size><open-size>20</open-size></data>
<data type="group_gz"><checksum type="sha">%s</checksum><location href="repodata/comps.xml.gz"/></data>
</repomd>""" % (b"a" * 64, b"b" * 64, b"c" * 40)
_COMPS = b"""<comps><group><id>core</id><name>Core</name><name xml:lang="de">Kern</name><packagelist>
<packagereq type="mandatory">a</packagereq><packagereq type="conditional" requires="x">b</packagereq></packagelist>
</group><environment><id>min</id><grouplist><groupid>core</groupid></grouplist>
<optionlist><groupid default="true">core</groupid></optionlist></environment></comps>"""
_MODULES = b"""---
document: modulemd
version: 2
data:
  name: m
  stream: "1"
  version: 20240101
  context: abc
  arch: x86_64
  dependencies: [{requires: {platform: [el9], n: [-2]}, buildrequires: {platform: [el9]}}]
  artifacts: {rpms: ["a-0:1-1.module.x86_64", "b-0:2-1.src"]}
---
document: modulemd
version: 2
data: {name: n, stream: "1", version: 1, context: x, arch: x86_64, artifacts: {rpms: []}}
---
document: modulemd-defaults
version: 1
data: {module: m, stream: "1", profiles: {"1": [default]}}
"""


@cache
def _problem() -> Problem:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fuzz.yaml")
        path.write_text(_PROBLEM)
        return load_problem(path)


def _written(kind: str, *contents: bytes, newest: bool = False) -> bytes:
    """Return what the child writes of a repository, of its newest packages alone. Raises BadRepositoryData."""
    descriptors = [_descriptor(content) for content in (*contents, b"")]
    try:
        # Which closes the file of what is admitted.
        reader.read(kind, descriptors[:-1], descriptors[-1], _descriptor(_ADMITTED) if newest else None)
        return os.pread(descriptors[-1], os.fstat(descriptors[-1]).st_size, 0)
    except reader.Refused as refused:
        raise BadRepositoryData("fuzz", "", str(refused)) from refused
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _descriptor(content: bytes) -> int:
    descriptor = os.memfd_create("fuzz")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _close(*written: bytes) -> None:
    """Do with `.solv` files of our own child what a solve does before its model is built."""
    world = new_world("x86_64")
    for name, origin, content in zip(("up", "down"), Origin, written, strict=False):
        held = world.pool.add_repo(name)
        world.origins[held.id] = origin
        descriptor = _descriptor(content)
        stream = solv.xfopen_fd("x.solv", descriptor)
        os.close(descriptor)
        if not held.add_solv(stream):
            raise BadRepositoryData(name, "", "libsolv cannot read what it wrote")
        stream.close()
    inputs = (
        Input(repository="up", origin="upstream", location="", checksum="sha256:00"),
        Input(repository="down", origin="downstream", location="", checksum="sha256:00"),
    )
    universe = prepare_universe(_problem(), Loaded(world))
    closure = reach_closure(universe)
    closed = write_down(universe, closure, libsolv_choice(universe), inputs)
    for what in faults(closed.instance):
        raise BadRepositoryData("up, down", "", what)
    assert decode_instance(compress_instance(closed.instance), "fuzz") == closed.instance


@cache
def _good() -> bytes:
    return _written("rpm-md", primary(*_PACKAGES))


def run_primary(data: bytes, place: Path, contain: Contain) -> None:
    """A repository of two whose primary is bad."""
    contain(True)
    written, newest = _written("rpm-md", data), _written("rpm-md", data, newest=True)
    contain(False)
    _close(_good(), written)
    _close(newest, _good())


def run_filelists(data: bytes, place: Path, contain: Contain) -> None:
    """Good packages whose file lists are bad."""
    contain(True)
    written = _written("rpm-md", primary(*_PACKAGES), data)
    contain(False)
    _close(written, _good())


def run_solv(data: bytes, place: Path, contain: Contain) -> None:
    """A `.solv` file that somebody gave as a repository."""
    contain(True)
    written = _written("solv", data)
    contain(False)
    _close(_good(), written)


def run_repomd(data: bytes, place: Path, contain: Contain) -> None:
    read_repomd(data, "fuzz", "somewhere")


def run_comps(data: bytes, place: Path, contain: Contain) -> None:
    read_groups(io.BytesIO(data))


def run_modules(data: bytes, place: Path, contain: Contain) -> None:
    read_modules(io.BytesIO(data)).select(())


def run_packed(data: bytes, place: Path, contain: Contain) -> None:
    endings = [suffix for suffix, pack in COMPRESS.items() if suffix and data[:2] == pack(b"")[:2]]
    try:
        for _ in decompress(io.BytesIO(data), f"x{endings[0] if endings else ''}"):
            pass
    except CompressionError as error:
        raise BadRepositoryData("fuzz", "", str(error)) from error


def _source(path: Path) -> RepositorySource:
    position = Position("fuzz.yaml", 1, "repositories[0]")
    return RepositorySource("fuzz", Origin.UPSTREAM, (".",), position, keys=(KeySource(str(path), position),))


def run_signature(data: bytes, place: Path, contain: Contain) -> None:
    check_signature(_REPOMD, data, read_keyring(_source(SEEDS / "key.asc"), Silent()), "fuzz", "")


def run_key(data: bytes, place: Path, contain: Contain) -> None:
    (place / "key.asc").write_bytes(data)
    keyring = read_keyring(_source(place / "key.asc"), Silent())
    check_signature(_REPOMD, (SEEDS / "repomd.xml.asc").read_bytes(), keyring, "fuzz", "")


def _files(*names: str) -> Callable[[], tuple[bytes, ...]]:
    return lambda: tuple((SEEDS / name).read_bytes() for name in names)


def _packed() -> tuple[bytes, ...]:
    plain = primary(Made())
    packed = {suffix: pack(plain) for suffix, pack in COMPRESS.items()}
    return tuple((packed | {".gz": gzip.compress(plain, mtime=0)}).values())


def _target(name: str, kind: Kind, seeds: Any, run: Any, *, guided: bool = True) -> Target:
    return Target(name, kind, seeds, run, guided)


TARGETS = (
    _target("repomd", Kind.XML, lambda: (_REPOMD,), run_repomd),
    _target("primary", Kind.XML, lambda: (primary(*_PACKAGES), primary(Made())), run_primary, guided=False),
    _target("filelists", Kind.XML, lambda: (filelists(*_PACKAGES),), run_filelists, guided=False),
    _target("solv", Kind.BINARY, lambda: (_good(), _written("rpm-md", primary(Made()))), run_solv, guided=False),
    _target("comps", Kind.XML, lambda: (_COMPS,), run_comps),
    _target("modules", Kind.TREE, lambda: (_MODULES,), run_modules),
    _target("packed", Kind.BINARY, _packed, run_packed),
    _target("signature", Kind.BINARY, _files("repomd.xml.asc", "repomd.xml.sig"), run_signature),
    _target("key", Kind.BINARY, _files("key.asc", "key.gpg"), run_key),
)
