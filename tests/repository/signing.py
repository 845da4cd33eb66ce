"""OpenPGP keys and signatures made by GnuPG for one test run, at any time past or future."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from optimizer.problem.problem import KeySource, Origin, Position, RepositorySource

SIGNATURE = "repodata/repomd.xml.asc"


@dataclass(frozen=True)
class Signer:
    """A GnuPG home; keys are named by one word, which is also their user id."""

    home: Path

    def run(self, *arguments: str, data: bytes = b"", at: str | None = None, batch: bool = True) -> bytes:
        """Run gpg, as if the time were `at` (YYYYMMDD); what is not `batch` asks, and `data` answers."""
        clock = ("--faked-system-time", f"{at}T000000") if at else ()
        mode = ("--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
        asked = mode if batch else ("--no-tty", "--quiet")
        command = ["gpg", "--homedir", str(self.home), *asked, *clock, *arguments]
        return subprocess.run(command, input=data, check=True, capture_output=True).stdout

    def make(self, name: str, kind: str = "ed25519", *, use: str = "sign", end: str = "never", at: str = "") -> str:
        """Make a key and return its fingerprint."""
        self.run("--quick-generate-key", f"{name}@test", kind, use, end, at=at or None)
        return self.fingerprints(name)[0]

    def fingerprints(self, name: str) -> list[str]:
        """Return the fingerprints of a key and its subkeys."""
        listed = self.run("--with-colons", "--list-keys", f"{name}@test").decode().splitlines()
        return [line.split(":")[9] for line in listed if line.startswith("fpr:")]

    def export(self, *names: str) -> bytes:
        """Return the public keys in one armoured block."""
        return self.run("--armor", "--export", *(f"{name}@test" for name in names))

    def sign(self, data: bytes, *names: str, at: str | None = None, more: tuple[str, ...] = ("--armor",)) -> bytes:
        """Return a detached signature by each of the keys."""
        users = [word for name in names for word in ("--local-user", f"{name}@test")]
        return self.run(*more, *users, "--detach-sign", "--output", "-", data=data, at=at)

    def revoke(self, name: str) -> None:
        """Revoke a key by the certificate that GnuPG keeps for each."""
        path = self.home / "openpgp-revocs.d" / f"{self.fingerprints(name)[0]}.rev"
        self.run("--import", data=path.read_bytes().replace(b":-----", b"-----"))


@contextmanager
def signer(home: Path) -> Iterator[Signer]:
    """Give a GnuPG home that is empty, and end its agent afterwards."""
    home.mkdir(mode=0o700)
    try:
        yield Signer(home)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)


def signed(keys: object, *locations: object) -> RepositorySource:
    """Return a source whose repomd.xml must be signed by a key of this file, or of these."""
    files = keys if isinstance(keys, tuple) else (keys,)
    place = Position("problem.yaml", 7, "repositories[0].gpgkey")
    sources = tuple(KeySource(str(file), place) for file in files)
    here = Position("problem.yaml", 5, "repositories[0].id")
    return RepositorySource("test", Origin.UPSTREAM, tuple(map(str, locations)), here, sources)
