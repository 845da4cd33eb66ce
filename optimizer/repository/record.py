"""repomd.xml as values: which parts a repository has, where, and how to know them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import msgspec

from optimizer.repository.error import BadRepositoryData
from optimizer.repository.markup import MarkupError, parse_markup

REPOMD = "repodata/repomd.xml"
REPOMD_LIMIT = 2 << 20

_NAMESPACE = "http://linux.duke.edu/metadata/repo"
_IGNORED = ("_db", "_zck")
_ALGORITHM = {"md5": 32, "sha": 40, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}


class Checksum(msgspec.Struct, frozen=True):
    """An algorithm as repomd.xml names it and the digest in lower-case hexadecimal."""

    algorithm: str
    digest: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest}"


class Record(msgspec.Struct, frozen=True):
    """One `<data>` of repomd.xml; sizes in bytes, None where it does not say; `open` means decompressed.

    `timestamp` is in seconds since 1970. `href` is relative to the repository and stays inside it.
    """

    type: str
    href: str
    checksum: Checksum
    open_checksum: Checksum | None = None
    size: int | None = None
    open_size: int | None = None
    timestamp: int | None = None


#: What a portal gives in place of any file, with 200 OK.
PAGE = "a web page, as portals and errors are"


def hash_name(checksum: Checksum) -> str | None:
    """Return the name hashlib has for a checksum's algorithm, None for unknown ones; yum wrote `sha` for SHA-1."""
    if _ALGORITHM.get(checksum.algorithm) != len(checksum.digest):
        return None
    return "sha1" if checksum.algorithm == "sha" else checksum.algorithm


def is_page(data: bytes) -> bool:
    """Return whether a file that begins so is a web page and no metadata."""
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html>", b"<html "))


def read_repomd(data: bytes, repository: str, location: str) -> tuple[Record, ...]:
    """Return the records of a repomd.xml in its order, without databases and zchunk variants.

    Raises BadRepositoryData. Source: createrepo_c's repomd.xml and the format of Yum 3.
    """
    if is_page(data):
        raise BadRepositoryData(repository, location, "no repository", file=REPOMD, expected=REPOMD, found=PAGE)
    reader = _Reader()
    try:
        parse_markup(data, start=reader.start, text=reader.text, end=reader.end)
    except MarkupError as error:
        raise BadRepositoryData(repository, location, str(error), file=REPOMD) from error
    if reader.root != f"{_NAMESPACE} repomd":
        found = (reader.root or "nothing").rpartition(" ")[2]
        raise BadRepositoryData(repository, location, "no repository", file=REPOMD, expected="repomd", found=found)
    try:
        records = tuple(_record(fields) for fields in reader.parts if not fields["type"].endswith(_IGNORED))
    except ValueError as error:
        raise BadRepositoryData(repository, location, str(error), file=REPOMD) from error
    if not any(record.type == "primary" for record in records):
        raise BadRepositoryData(repository, location, "lists no primary", file=REPOMD)
    return records


class _Reader:
    """Collects the texts of each `<data>`'s children, checksum types as `<element> type`."""

    def __init__(self) -> None:
        self.root: str | None = None
        self.parts: list[dict[str, str]] = []
        self._path: list[str] = []
        self._words: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        self._path.append(name)
        self._words = []
        if self._path[1:] == [f"{_NAMESPACE} data"]:
            self.parts.append({"type": attributes.get("type", "")})
        elif len(self._path) == 3 and self._path[1] == f"{_NAMESPACE} data":
            element = name.rpartition(" ")[2]
            for attribute in ("type", "href"):
                if attribute in attributes:
                    self.parts[-1][f"{element} {attribute}"] = attributes[attribute]

    def text(self, words: str) -> None:
        self._words.append(words)

    def end(self, name: str) -> None:
        if len(self._path) == 3 and self._path[1] == f"{_NAMESPACE} data":
            self.parts[-1][name.rpartition(" ")[2]] = "".join(self._words).strip()
        self._path.pop()


def _record(fields: dict[str, str]) -> Record:
    kind = fields["type"]
    checksum = _checksum(fields, "checksum")
    if checksum is None:
        raise ValueError(f"{kind or 'a part'} has no checksum")
    return Record(
        kind,
        _inside(fields.get("location href", ""), kind),
        checksum,
        _checksum(fields, "open-checksum"),
        _number(fields, "size"),
        _number(fields, "open-size"),
        _number(fields, "timestamp"),
    )


def _checksum(fields: dict[str, str], element: str) -> Checksum | None:
    digest = fields.get(element)
    if not digest:
        return None
    if not re.fullmatch(r"[0-9A-Fa-f]+", digest):
        raise ValueError(f"{fields['type']}: {element} {digest!r} is not hexadecimal")
    return Checksum(fields.get(f"{element} type", "").lower(), digest.lower())


def _number(fields: dict[str, str], element: str) -> int | None:
    """Whole numbers, but for the timestamps that old tools wrote with a fraction."""
    text = fields.get(element)
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,18})(\.[0-9]*)?", text)
    if match is None or (match.group(2) and element != "timestamp"):
        raise ValueError(f"{fields['type']}: {element} {text!r} is not a number")
    return int(match.group(1))


def _inside(href: str, kind: str) -> str:
    """A location that could name anything but a file below the repository is an attack or a mistake."""
    plain = unquote(href)
    split = urlsplit(href)
    outside = split.scheme or split.netloc or split.query or split.fragment or "\\" in plain
    parts = PurePosixPath(plain).parts
    if not parts or outside or parts[0] == "/" or ".." in parts or not plain.isprintable():
        raise ValueError(f"{kind}: location {href!r} is not a file inside the repository")
    return href
