"""Places a repository may be at: directories and web addresses, each giving files by name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from optimizer.problem.file import spelt
from optimizer.repository.address import is_web, join, without_secrets
from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData, NotThere, RepositoryUnreachable
from optimizer.repository.progress import Progress
from optimizer.repository.record import PAGE, REPOMD, Checksum, Record, hash_name, is_page
from optimizer.repository.temporary import filling_temporary

#: Of one file as it lies there, and of what it unpacks to, in bytes, whatever repomd.xml announces.
PART_LIMIT = 1 << 30
OPEN_LIMIT = 2 << 30


class Location(Protocol):
    """Where files of one repository are; `address` is for people and results, without passwords."""

    @property
    def address(self) -> str:
        """The path or URL, without passwords."""

    def fetch(self, href: str, limit: int) -> BinaryIO:
        """Return the file open at its start.

        Raises RepositoryUnreachable, and BadRepositoryData for more than `limit` bytes.
        """

    def fetch_record(self, record: Record) -> BinaryIO:
        """Return a record's file, checked against it; raises as `fetch` and check_record do."""

    def has(self, record: Record) -> bool:
        """Return whether the record's file seems to be there, without reading it."""


class DirectoryLocation(msgspec.Struct, frozen=True):
    """A directory of this machine."""

    repository: str
    path: Path

    @property
    def address(self) -> str:
        """The directory's path, as text that any result can hold."""
        return spelt(str(self.path))

    def fetch(self, href: str, limit: int) -> BinaryIO:
        """Open the file; a device or a pipe is no file."""
        try:
            descriptor = os.open(self.path / href, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            words = error.strerror or "cannot be opened"
            absent = isinstance(error, FileNotFoundError | NotADirectoryError)
            kind = NotThere if absent else RepositoryUnreachable
            raise kind(self.repository, self.address, words, file=href) from error
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise RepositoryUnreachable(self.repository, self.address, "not a regular file", file=href)
        if status.st_size > limit:
            os.close(descriptor)
            raise _too_large(self.repository, self.address, href, limit, f"{status.st_size} bytes")
        return os.fdopen(descriptor, "rb")

    def fetch_record(self, record: Record) -> BinaryIO:
        """Open the record's file and check it."""
        return _checked(self.fetch(record.href, PART_LIMIT), record, self)

    def has(self, record: Record) -> bool:
        """Return whether there is a file of the record's size."""
        try:
            size = (self.path / record.href).stat().st_size
        except OSError:
            return False
        return record.size is None or size == record.size


class WebLocation(msgspec.Struct, frozen=True):
    """An http or https URL; parts that match their checksum are kept in the cache."""

    repository: str
    url: str
    cache: Cache
    progress: Progress

    @property
    def address(self) -> str:
        """The URL without user, password and query."""
        return without_secrets(self.url)

    @filling_temporary()
    def fetch(self, href: str, limit: int) -> BinaryIO:
        """Download the file into an anonymous temporary one."""
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(tempfile.TemporaryFile())
            self._download(href, file, limit)
            file.seek(0)
            stack.pop_all()
            return file

    def fetch_record(self, record: Record) -> BinaryIO:
        """Return the part from the cache, else download it and keep it there; a damaged cached one is replaced.

        Processes that want it at the same time wait for the one that fetches it."""
        key = f"{record.checksum}.part"
        held = self._cached(record, key)
        if held is not None:
            return held
        with self.cache.alone(key):
            held = self._cached(record, key)  # somebody else may have fetched it meanwhile
            stored = self._store(record, key) if held is None else None
        if held is not None:
            return held
        if stored is not None:
            with contextlib.suppress(OSError):
                return stored.open("rb")
        return _checked(self.fetch(record.href, _limit(record)), record, self)

    def has(self, record: Record) -> bool:
        """Return whether the part is in the cache or the server says it has it."""
        if self.cache.get(f"{record.checksum}.part") is not None:
            return True
        from optimizer.repository import transfer

        try:
            size = transfer.probe(join(self.url, record.href))
        except transfer.TransferError:
            return False
        return record.size is None or size is None or size == record.size

    def _cached(self, record: Record, key: str) -> BinaryIO | None:
        cached = self.cache.get(key)
        if cached is not None:
            with contextlib.suppress(OSError, BadRepositoryData):
                return _checked(cached.open("rb"), record, self)
        return None

    def _store(self, record: Record, key: str) -> Path | None:
        def write(path: Path) -> None:
            with path.open("r+b") as file:
                self._download(record.href, file, _limit(record))
                check_record(file, record, self.repository, self.address)

        return self.cache.store(key, write)

    def _download(self, href: str, file: BinaryIO, limit: int) -> None:
        from optimizer.repository import transfer

        url = join(self.url, href)
        try:
            transfer.download(url, file, limit=limit, progress=self.progress)
        except transfer.TooLarge as error:
            raise _too_large(self.repository, self.address, href, limit, error.found) from error
        except transfer.TransferError as error:
            kind = NotThere if isinstance(error, transfer.NotFound) else RepositoryUnreachable
            raise kind(self.repository, self.address, error.found, file=href) from error


def locate(repository: str, text: str, cache: Cache, progress: Progress) -> tuple[Location, str]:
    """Return the place a location text names and the file to begin with there: repomd.xml or a `.solv` file.

    Raises RepositoryUnreachable for URLs of other schemes and file URLs of other hosts.
    """
    if is_web(text):
        try:
            base, name = _solv_of_url(text)
        except ValueError as error:
            # The text is not shown: what is no URL cannot be told from its password.
            raise RepositoryUnreachable(repository, "", f"no URL: {error}") from error
        return WebLocation(repository, base, cache, progress), name
    path = _local_path(repository, text)
    if path.suffix == ".solv":
        return DirectoryLocation(repository, path.parent), path.name
    if not (path / REPOMD).exists() and path.is_dir():
        alone = sorted(path.glob("*.solv"))
        if len(alone) == 1:
            return DirectoryLocation(repository, path), alone[0].name
    return DirectoryLocation(repository, path), REPOMD


def web_address(text: str) -> str | None:
    """Return the URL that the files of a location lie under, without its secrets; None of a directory."""
    if not is_web(text):
        return None
    try:
        return without_secrets(_solv_of_url(text)[0])
    except ValueError:
        return None


def check_record(file: BinaryIO, record: Record, repository: str, address: str) -> None:
    """Compare a file, from its start, with its record's size and checksum and leave it at its start again.

    Raises BadRepositoryData.
    """

    def bad(problem: str, expected: str, found: str) -> BadRepositoryData:
        return BadRepositoryData(repository, address, problem, file=record.href, expected=expected, found=found)

    size = file.seek(0, os.SEEK_END)
    if record.size is not None and size != record.size:
        raise bad("wrong size", f"{record.size} bytes", f"{size} bytes{_page(file)}")
    algorithm = hash_name(record.checksum)
    if algorithm is None:
        raise bad("checksum of no known type", "md5 or a SHA", str(record.checksum))
    found = Checksum(record.checksum.algorithm, digest_of(file, algorithm))
    if found != record.checksum:
        raise bad("wrong checksum", str(record.checksum), str(found))


def _page(file: BinaryIO) -> str:
    file.seek(0)
    return f" of {PAGE}" if is_page(file.read(1024)) else ""


def _checked(file: BinaryIO, record: Record, place: DirectoryLocation | WebLocation) -> BinaryIO:
    with contextlib.ExitStack() as stack:
        stack.enter_context(file)
        check_record(file, record, place.repository, place.address)
        stack.pop_all()
    return file


def digest_of(file: BinaryIO, algorithm: str) -> str:
    """Return the hexadecimal digest of a file from its start, and leave it there again."""
    file.seek(0)
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for piece in _pieces(file):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(1 << 18):
        yield piece


def _solv_of_url(url: str) -> tuple[str, str]:
    split = urlsplit(url)
    parent, _, name = split.path.rpartition("/")
    if name.endswith(".solv"):
        return split._replace(path=parent).geturl(), unquote(name)
    return url, REPOMD


def _local_path(repository: str, text: str) -> Path:
    if not text.lower().startswith("file:"):
        if "://" in text:
            raise RepositoryUnreachable(repository, text, "no location", expected="a directory, file://, http(s)://")
        return Path(text)
    split = urlsplit(text)
    if split.netloc not in {"", "localhost"}:
        raise RepositoryUnreachable(repository, text, "a file URL of another host")
    return Path(unquote(split.path))


def _limit(record: Record) -> int:
    return PART_LIMIT if not record.size else min(record.size, PART_LIMIT)


def _too_large(repository: str, address: str, href: str, limit: int, found: str) -> BadRepositoryData:
    return BadRepositoryData(
        repository, address, "too large", file=href, expected=f"at most {limit} bytes", found=found
    )
