"""A repository as a value, and its parts as plain, verified files."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from optimizer.problem.problem import Origin, RepositorySource
from optimizer.repository.cache import Cache
from optimizer.repository.decompression import CompressionError, decompress
from optimizer.repository.error import BadRepositoryData, NotThere, RepositoryError, RepositoryUnreachable
from optimizer.repository.location import OPEN_LIMIT, PART_LIMIT, Location, digest_of, locate, web_address
from optimizer.repository.progress import Progress
from optimizer.repository.record import REPOMD, REPOMD_LIMIT, Checksum, Record, read_repomd
from optimizer.repository.temporary import filling_temporary

if TYPE_CHECKING:
    from optimizer.repository.keyring import Keyring

_COMPRESSED_TYPES = ("", "_gz", "_xz", "_zst", "_bz2")
_REQUIRED = ("primary", "solv")
_READ = ("primary", "filelists", "group", "modules")


class RepositoryKind(StrEnum):
    """What the metadata is written in: XML of createrepo_c, or libsolv's own format."""

    RPM_MD = "rpm-md"
    SOLV = "solv"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that answered: `location` is where, `checksum` that of its repomd.xml or `.solv` file.

    A `.solv` file is the one part `solv`. `places` are those that may hold parts, the one that answered first.
    `signed_by` is the fingerprint of the primary key that signed repomd.xml, None where no signature was asked for.
    `baseurl` is the first http(s) URL of its source, wherever it was read from; None where the source has none.
    `keys` are the checksums of the files of keys.
    """

    id: str
    origin: Origin
    location: str
    checksum: str
    kind: RepositoryKind
    records: tuple[Record, ...]
    places: tuple[Location, ...] = field(repr=False, compare=False)
    progress: Progress = field(repr=False, compare=False)
    signed_by: str | None = None
    baseurl: str | None = None
    keys: tuple[str, ...] = ()


def open_repository(source: RepositorySource, *, mirror: Path | None, cache: Cache, progress: Progress) -> Repository:
    """Return the repository from the first of its locations that has it, `mirror`/<id> before all others.

    A location that fails is a warning while another is left; where `source` has keys, so does one whose repomd.xml
    none of them signed, the mirror's too. Raises BadRepositoryData if any location held wrong data, else
    RepositoryUnreachable; for keys that cannot be had as `read_keyring`.
    """
    keyring = _keyring(source, progress) if source.keys else None
    failures: list[RepositoryError] = []
    places: list[tuple[Location, str]] = []
    for text in _locations(source, mirror):
        try:
            places.append(locate(source.id, text, cache, progress))
        except RepositoryError as error:
            failures.append(error)
            progress.warn(str(error))
    baseurl = next(filter(None, map(web_address, source.locations)), None)
    keys = () if keyring is None else keyring.checksums
    for index, (place, name) in enumerate(places):
        others = tuple(other for other, begin in places[index + 1 :] if begin == REPOMD)
        try:
            return replace(_open_at(source, (place, *others), name, keyring, progress), baseurl=baseurl, keys=keys)
        except RepositoryError as error:
            failures.append(error)
            if index + 1 < len(places):
                progress.warn(f"{error}; trying the next location")
    raise _worst(failures, RepositoryUnreachable(source.id, "", "has no location"))


def open_part(repository: Repository, kind: str) -> BinaryIO | None:
    """Return a part's verified and decompressed content as an anonymous temporary file at its start.

    None where the repository does not list the part, or lists it (a warning) and nobody has it. `group` finds
    `group_gz` as well. Raises BadRepositoryData for content that does not match repomd.xml, and
    RepositoryUnreachable for a primary nobody has. Each location is asked before that; one that has the part
    and gives another, or none, is a warning.
    """
    failures: list[RepositoryError] = []
    for record in _records(repository, kind):
        for number, place in enumerate(repository.places, start=1):
            try:
                return _plain(repository, place, record)
            except RepositoryError as error:
                failures.append(error)
                if number < len(repository.places) and not isinstance(error, NotThere):
                    repository.progress.warn(f"{error}; trying the next location")
    if not failures:
        return None
    worst = _worst(failures)
    if kind not in _REQUIRED and isinstance(worst, RepositoryUnreachable):
        repository.progress.warn(f"{worst}; going on without {kind}")
        return None
    raise worst


def part_checksum(repository: Repository, kind: str) -> str | None:
    """Return `algorithm:digest` of a part's file as repomd.xml has it, None where the part is not listed."""
    records = _records(repository, kind)
    return str(records[0].checksum) if records else None


def part_checksums(repository: Repository) -> tuple[tuple[str, str], ...]:
    """Return the parts that may be read, by name, each with `algorithm:digest` of its file as repomd.xml has it."""
    records = (record for kind in _READ for record in _records(repository, kind))
    return tuple(sorted((record.type, str(record.checksum)) for record in records))


def _records(repository: Repository, kind: str) -> tuple[Record, ...]:
    names = [kind + suffix for suffix in _COMPRESSED_TYPES] if kind in {"group", "modules"} else [kind]
    return tuple(record for name in names for record in repository.records if record.type == name)


def _locations(source: RepositorySource, mirror: Path | None) -> Iterator[str]:
    # An id from a problem file must not lead out of the mirror.
    if mirror is not None and Path(source.id).name == source.id and (mirror / source.id).is_dir():
        yield str((mirror / source.id).absolute())
    yield from source.locations


def _open_at(
    source: RepositorySource, places: tuple[Location, ...], name: str, keyring: Keyring | None, progress: Progress
) -> Repository:
    if name != REPOMD:
        if keyring is not None:
            raise BadRepositoryData(
                source.id, places[0].address, "has no signature", file=name, expected=f"{REPOMD}, signed"
            )
        return _open_solv(source, places[0], name, progress)
    place = places[0]
    with place.fetch(REPOMD, REPOMD_LIMIT) as file:
        data = file.read(REPOMD_LIMIT)
    # Before the first byte is parsed.
    signed_by = None if keyring is None else _signer(source, place, data, keyring)
    records = read_repomd(data, source.id, place.address)
    _check_primary_there(source, places, records)
    checksum = Checksum("sha256", hashlib.sha256(data).hexdigest())
    kind = RepositoryKind.RPM_MD
    return Repository(
        source.id, source.origin, place.address, str(checksum), kind, records, places, progress, signed_by
    )


def _keyring(source: RepositorySource, progress: Progress) -> Keyring:
    from optimizer.repository.keyring import read_keyring

    return read_keyring(source, progress)


def _signer(source: RepositorySource, place: Location, data: bytes, keyring: Keyring) -> str:
    from optimizer.repository.signature import SIGNATURE, SIGNATURE_LIMIT, check_signature

    try:
        with place.fetch(SIGNATURE, SIGNATURE_LIMIT) as file:
            signature = file.read(SIGNATURE_LIMIT)
    except NotThere as error:
        # That it is missing may be an attack, and no other try will change it.
        expected = f"one of {REPOMD} by {keyring}"
        raise BadRepositoryData(
            source.id, place.address, "signature missing", file=SIGNATURE, expected=expected, found=error.problem
        ) from error
    return check_signature(data, signature, keyring, source.id, place.address)


def _open_solv(source: RepositorySource, place: Location, name: str, progress: Progress) -> Repository:
    with place.fetch(name, PART_LIMIT) as file:
        checksum = Checksum("sha256", digest_of(file, "sha256"))
    location = f"{place.address.rstrip('/')}/{name}"
    records = (Record("solv", name, checksum),)
    kind = RepositoryKind.SOLV
    return Repository(source.id, source.origin, location, str(checksum), kind, records, (place,), progress)


def _check_primary_there(source: RepositorySource, places: tuple[Location, ...], records: tuple[Record, ...]) -> None:
    """A mirror caught in the middle of its update lists what it does not have; the next may be whole."""
    primary = next(record for record in records if record.type == "primary")
    if len(places) > 1 and not any(place.has(primary) for place in places):
        raise RepositoryUnreachable(source.id, places[0].address, "listed, but nobody has it", file=primary.href)


@filling_temporary()
def _plain(repository: Repository, place: Location, record: Record) -> BinaryIO:
    """The checksum of the file as it lies there is the proof; like librepo, nobody compares open-checksum.

    CentOS Stream 9 has published an open-checksum that is wrong.
    """

    def bad(problem: str, expected: str, found: str) -> BadRepositoryData:
        return BadRepositoryData(
            repository.id, place.address, problem, file=record.href, expected=expected, found=found
        )

    with place.fetch_record(record) as raw, contextlib.ExitStack() as stack:
        plain = stack.enter_context(tempfile.TemporaryFile())
        try:
            size = _copy(decompress(raw, record.href), plain, record.open_size)
        except CompressionError as error:
            raise bad("wrong content", error.expected, error.found) from error
        if record.open_size is not None and size != record.open_size:
            raise bad("wrong decompressed size", f"{record.open_size} bytes", f"{size} bytes")
        plain.seek(0)
        stack.pop_all()
        return plain


def _copy(pieces: Iterator[bytes], plain: BinaryIO, open_size: int | None) -> int:
    limit = OPEN_LIMIT if open_size is None else min(open_size, OPEN_LIMIT)
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise CompressionError(f"at most {limit} decompressed bytes", "more")
        plain.write(piece)
    return size


def _worst(failures: list[RepositoryError], otherwise: RepositoryError | None = None) -> RepositoryError:
    """Wrong data tells more than a place that does not answer."""
    bad = [failure for failure in failures if isinstance(failure, BadRepositoryData)]
    if bad or failures:
        return (bad or failures)[-1]
    assert otherwise is not None
    return otherwise
