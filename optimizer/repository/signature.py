"""repomd.xml.asc: which key signed repomd.xml, and every way in which that can be wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from optimizer.repository.error import BadRepositoryData
from optimizer.repository.keyring import Keyring, SigningKey, reason
from optimizer.repository.packet import PacketError, signature_packets
from optimizer.repository.record import REPOMD

if TYPE_CHECKING:
    from pysequoia import Sig

SIGNATURE = f"{REPOMD}.asc"
SIGNATURE_LIMIT = 1 << 16

_MOST_SIGNATURES = 16
_WEAK = ("MD5", "SHA1", "RipeMD")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why one signature does not count; `of_known_key` ones tell more than those of strangers."""

    found: str
    of_known_key: bool = False


@dataclass(frozen=True, slots=True)
class _Signature:
    """What a signature says of itself, none of it proven: who made it, how and when."""

    held: Sig
    issuer: str
    hash_name: str
    created: datetime | None
    expires: datetime | None


def check_signature(data: bytes, signature: bytes, keyring: Keyring, repository: str, address: str) -> str:
    """Return the fingerprint of the primary key whose certificate signed `data`, in capitals.

    One good signature is enough, as for rpm and dnf: a repository that changes its key signs with both. Raises
    BadRepositoryData: no signature, or none that is by a known key, of these bytes, strong by the library's policy,
    not of the future, and neither expired nor revoked today, and neither its key.
    """

    def bad(found: str) -> BadRepositoryData:
        expected = f"one of this {REPOMD.rpartition('/')[2]} by {keyring}"
        return BadRepositoryData(
            repository, address, "signature refused", file=SIGNATURE, expected=expected, found=found
        )

    try:
        packets = signature_packets(signature)
    except PacketError as error:
        raise bad(str(error)) from error
    if len(packets) > _MOST_SIGNATURES:
        raise bad(f"{len(packets)} signatures, more than {_MOST_SIGNATURES}")
    refusals = []
    for packet in packets:
        outcome = _judge(data, packet, keyring)
        if isinstance(outcome, str):
            return outcome
        refusals.append(outcome)
    raise bad(max(refusals, key=lambda refusal: refusal.of_known_key).found)


def _judge(data: bytes, packet: bytes, keyring: Keyring) -> str | _Refusal:
    from pysequoia import verify

    try:
        signature = _read(packet)
    except RuntimeError as error:
        return _Refusal(f"one that cannot be read ({reason(error)})")
    if signature is None:
        return _Refusal("one of another kind than of a file")
    key = keyring.find(signature.issuer)
    if key is None:
        return _Refusal(f"one by the unknown key {signature.issuer}" if signature.issuer else "one that names no key")
    refused = _outdated(signature, key, datetime.now(UTC))
    if refused is not None:
        return _Refusal(refused, of_known_key=True)
    try:
        valid = verify(bytes=data, store=lambda _names: [key.certificate], signature=signature.held).valid_sigs
    except RuntimeError:
        return _Refusal(_why(signature, key), of_known_key=True)
    # Whoever signed must be the key whose dates were looked at.
    if not any(one.signing_key.upper() == key.fingerprint for one in valid):
        return _Refusal(f"one that names key {key.fingerprint} and is by another", of_known_key=True)
    return key.certificate.fingerprint.upper()


def _read(packet: bytes) -> _Signature | None:
    """Return what the packet says, None for other than binary signatures; raises RuntimeError as the library does."""
    from pysequoia import Sig
    from pysequoia.packet import SignatureType

    held = Sig.from_bytes(packet)
    if held.signature_type != SignatureType.Binary:
        return None
    issuer = (held.issuer_fingerprint or held.issuer_key_id or "").upper()
    name = str(held.hash_algorithm).rpartition(".")[2]
    return _Signature(held, issuer, name, held.created, held.expiration)


def _outdated(signature: _Signature, key: SigningKey, now: datetime) -> str | None:
    """The library takes a key as it was on the day of the signature; expired or revoked since is refused here."""
    named = f"key {key.fingerprint}"
    today = f" (this machine's clock says {now:%Y-%m-%d})"  # which may be what is wrong
    if key.revoked:
        return f"one by {named}, which is revoked"
    if key.expires is not None and key.expires <= now:
        return f"one by {named}, which expired on {key.expires:%Y-%m-%d}{today}"
    if signature.expires is not None and signature.expires <= now:
        return f"one by {named} that expired on {signature.expires:%Y-%m-%d}{today}"
    if signature.created is not None and signature.created > now:
        return f"one by {named} of {signature.created:%Y-%m-%d}, which is in the future{today}"
    return None


def _why(signature: _Signature, key: SigningKey) -> str:
    """The library says no more than that nothing is valid."""
    named = f"key {key.fingerprint}"
    if signature.hash_name.startswith(_WEAK):
        return f"one by {named} with the weak hash {signature.hash_name}"
    try:
        _ = key.certificate.expiration
    except RuntimeError as error:
        return f"one by {named}, which is not accepted: {reason(error)}"
    return f"one by {named} that is not of these bytes"
