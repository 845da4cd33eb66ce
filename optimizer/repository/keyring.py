"""The OpenPGP keys a repository may be signed with, read once for each run."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.file import checksum, read_file
from optimizer.repository import transfer
from optimizer.repository.address import is_web
from optimizer.repository.error import RepositoryUnreachable, SignatureLibraryMissing

if TYPE_CHECKING:
    from pysequoia import Cert

    from optimizer.problem.problem import KeySource, RepositorySource
    from optimizer.repository.progress import Progress

KEY_LIMIT = 4 << 20


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A primary key or subkey of a certificate, with its fingerprint.

    It ends with its certificate at the latest; `expires` is None where it never does.
    """

    fingerprint: str
    certificate: Cert
    expires: datetime | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class Keyring:
    """The certificates of one repository, and the keys in them, in the order of the problem.

    `checksums` are those of the files they were read from.
    """

    certificates: tuple[Cert, ...]
    keys: tuple[SigningKey, ...]
    checksums: tuple[str, ...] = ()

    def find(self, issuer: str) -> SigningKey | None:
        """Return the key of a fingerprint or key id, which is the end of one."""
        return next((key for key in self.keys if issuer and key.fingerprint.endswith(issuer.upper())), None)

    def __str__(self) -> str:
        names = [certificate.fingerprint.upper() for certificate in self.certificates]
        return " or ".join(names[:3]) + (f" or one of {len(names) - 3} more" if len(names) > 3 else "")


def read_keyring(source: RepositorySource, progress: Progress) -> Keyring:
    """Return the keys that `source` names.

    Raises ProblemError for a file that holds no keys, RepositoryUnreachable for a URL that does not answer, and
    SignatureLibraryMissing.
    """
    try:
        from pysequoia import Cert
    except ModuleNotFoundError as error:
        raise SignatureLibraryMissing(source.id) from error
    certificates: dict[str, Cert] = {}
    keys: dict[str, tuple[SigningKey, ...]] = {}
    checksums = []
    for key in source.keys:
        content = _content(source, key, progress)
        checksums.append(checksum(content))
        try:
            found = Cert.split_bytes(content)
            for certificate in found:
                # Merged, as one file may know that the key was revoked and the other not yet.
                known = certificates.get(certificate.fingerprint)
                merged = certificate if known is None else known.merge(certificate)
                certificates[merged.fingerprint], keys[merged.fingerprint] = merged, tuple(_keys(merged))
        except RuntimeError as error:
            raise _no_key(key, f"other data ({reason(error)})") from error
        if not found:
            raise _no_key(key, "none")
    held = tuple(held for of_one in keys.values() for held in of_one)
    return Keyring(tuple(certificates.values()), held, tuple(checksums))


def reason(error: RuntimeError) -> str:
    """Return what the library says is wrong: its innermost cause, without its stack."""
    words = str(error).partition("Stack backtrace:")[0]
    lines = [line.strip() for line in words.splitlines() if line.strip()] or ["no reason given"]
    if "Caused by:" not in lines[:-1]:
        return lines[0]
    return re.sub(r"^[0-9]+: ", "", lines[-1])


def _content(source: RepositorySource, key: KeySource, progress: Progress) -> bytes:
    if not is_web(key.location):
        try:
            return read_file(Path(key.location), KEY_LIMIT)
        except OSError as error:
            raise _no_key(key, f"{key.location} ({error.strerror})") from error
    with tempfile.TemporaryFile() as fetched:
        try:
            transfer.download(key.location, fetched, limit=KEY_LIMIT, progress=progress)
        except transfer.TransferError as error:
            raise RepositoryUnreachable(source.id, error.url, f"the key: {error.found}") from error
        fetched.seek(0)
        return fetched.read()


def _no_key(key: KeySource, found: str) -> ProblemError:
    return ProblemError((Mistake(key.position, "a file of OpenPGP public keys", found),))


def _keys(certificate: Cert) -> Iterator[SigningKey]:
    """The library judges subkeys as of the day a signature was made; when they end is read from their bindings."""
    from pysequoia.packet import PacketPile, SignatureType, Tag

    ended, end = certificate.is_revoked, _expiry(certificate)
    yield SigningKey(certificate.fingerprint.upper(), certificate, end, ended)
    fingerprint, created, revoked = "", None, False
    bound: tuple[datetime, datetime | None] | None = None

    def subkey() -> Iterator[SigningKey]:
        if fingerprint:
            ends = [time for time in (end, bound[1] if bound else None) if time is not None]
            yield SigningKey(fingerprint, certificate, min(ends, default=None), ended or revoked)

    for packet in PacketPile.from_bytes(bytes(certificate)):
        if packet.tag == Tag.PublicSubkey:
            yield from subkey()
            fingerprint, created, revoked, bound = (packet.fingerprint or "").upper(), packet.key_created, False, None
        elif packet.tag == Tag.Signature and packet.signature_type == SignatureType.SubkeyRevocation:
            revoked = True
        elif packet.tag == Tag.Signature and packet.signature_type == SignatureType.SubkeyBinding:
            made, period = packet.signature_created, packet.key_validity_period
            if made is not None and (bound is None or made >= bound[0]):
                bound = (made, created + period if created is not None and period else None)
    yield from subkey()


def _expiry(certificate: Cert) -> datetime | None:
    try:
        return certificate.expiration
    except RuntimeError:
        return None  # a key the policy refuses signs nothing: the signature's check says why
