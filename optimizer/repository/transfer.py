"""Files over http and https: with retries, limits and the system's proxies, and never trusted for it."""

from __future__ import annotations

import base64
import functools
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

from optimizer.repository.address import without_secrets
from optimizer.repository.progress import Silent
from optimizer.repository.refusal import Refused, refusal_of, wait_asked
from optimizer.repository.stall import Watch, socket_of, watched
from optimizer.version import VERSION

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager
    from urllib3.util import Url

    from optimizer.repository.progress import Progress

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 30.0
LONGEST_WAIT_S = 30.0
BACK_OFF_S = 0.3
ATTEMPTS = 4
CONNECT_ATTEMPTS = 3
UNTOLD_WAIT_S = 3.0
MOST_REDIRECTS = 5

#: A server that gives less over so long a time is as good as silent (dnf's minrate and timeout).
SLOWEST_BYTES_S = 1000
SLOWEST_FOR_S = 30.0

_PIECE = 1 << 16
_SCHEMES = ("http", "https")
_OK, _PARTIAL, _NO_SUCH_RANGE = 200, 206, 416
_NOT_THERE = (404, 410)
_NO_HEAD = (405, 501)
_ASK_AGAIN = (429, 502, 503, 504)

_Result = TypeVar("_Result")


class TransferError(Exception):
    """A file that could not be had over the network; `found` says how the server or the network refused."""

    def __init__(self, url: str, found: str) -> None:
        super().__init__(url, found)
        self.url, self.found = url, found

    def __str__(self) -> str:
        return f"{self.url}: {self.found}"


class TooLarge(TransferError):  # noqa: N818 - it names the fact
    """A file that is larger than it may be."""


class NotFound(TransferError):  # noqa: N818 - it names the fact
    """A file that the server says it does not have: 404 or 410."""


def download(url: str, file: BinaryIO, *, limit: int, progress: Progress) -> None:
    """Write what `url` gives to `file`, at most `limit` bytes.

    What may pass is asked for again, ATTEMPTS times in all, and what broke off is gone on with where the server tells
    one content from another. More than one try is a warning. Raises TransferError, its own TooLarge where more comes
    than `limit`, and NotFound.
    """
    transfer = _Transfer(file, limit, progress, without_secrets(url))
    _persist(transfer.shown, progress, lambda: transfer.attempt(url))


def probe(url: str) -> int | None:
    """Return how many bytes `url` announces, None where it does not say; raises TransferError where it refuses."""
    shown = without_secrets(url)

    def ask() -> int | None:
        response = _request("HEAD", url)
        response.close()
        if response.status in _NO_HEAD:
            return None
        _check_status(response, shown)
        return _length(response)

    return _persist(shown, Silent(), ask)


def _persist(shown: str, progress: Progress, attempt: Callable[[], _Result]) -> _Result:
    """Return what an attempt returns; what may pass is tried again, later each time."""
    import urllib3

    told: Refused | None = None
    for number in range(1, ATTEMPTS + 1):
        try:
            result = attempt()
        except urllib3.exceptions.HTTPError as error:
            refused = refusal_of(error, READ_TIMEOUT_S, CONNECT_TIMEOUT_S)
            refused.__cause__ = error
        except Refused as error:
            refused = error
        else:
            if told is not None:
                progress.warn(f"{shown}: {told.found}; it came at try {number}")
            return result
        if refused.lasting or number == (ATTEMPTS if refused.connected else CONNECT_ATTEMPTS):
            tries = "" if number == 1 else f" ({number} tries)"
            raise TransferError(shown, refused.found + tries) from refused
        told = refused
        wait_s = BACK_OFF_S * 2 ** (number - 1) if refused.wait_s is None else min(refused.wait_s, LONGEST_WAIT_S)
        if wait_s > UNTOLD_WAIT_S:
            progress.warn(f"{shown}: {refused.found}; asking again in {wait_s:.0f} seconds")
        time.sleep(wait_s)
    raise AssertionError("the last try returns or raises")


@dataclass(slots=True)
class _Transfer:
    """One file on its way; `entity` is the strong ETag of the content that lies in `file` so far, if it has one."""

    file: BinaryIO
    limit: int
    progress: Progress
    shown: str
    entity: str | None = None

    def attempt(self, url: str) -> None:
        have = self.file.seek(0, os.SEEK_END)
        resumed = {"Range": f"bytes={have}-", "If-Range": self.entity} if have and self.entity else {}
        response = _request("GET", url, resumed)
        try:
            if response.status == _NO_SUCH_RANGE and resumed:
                self.entity = None
                raise Refused(f"{response.status} {response.reason or ''}".strip(), wait_s=0.0)
            if response.status == _PARTIAL and resumed:
                if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                    self.entity = None
                    raise Refused("another part of the file than was asked for", wait_s=0.0)
            else:
                _check_status(response, self.shown)
                self.file.seek(0)
                self.file.truncate()
                self.entity = _entity(response)
            self._receive(response)
        finally:
            response.close()

    def _receive(self, response: BaseHTTPResponse) -> None:
        from urllib3.exceptions import HTTPError

        length, have = _length(response), self.file.tell()
        total = None if length is None else have + length
        if total is not None and total > self.limit:
            raise TooLarge(self.shown, f"{total} bytes")
        self.progress.start(f"download {urlsplit(self.shown).path.rpartition('/')[2]}", total)
        watch = Watch(socket_of(response), SLOWEST_BYTES_S * SLOWEST_FOR_S, SLOWEST_FOR_S)
        try:
            with watch:
                self._copy(response, watch)
        except HTTPError:
            if not watch.fired:
                raise
        finally:
            self.progress.finish()
        if watch.fired:  # an end that the server did not announce looks like a whole answer
            words = f"less than {SLOWEST_BYTES_S} bytes a second for {SLOWEST_FOR_S:g} seconds"
            raise TransferError(self.shown, words)

    def _copy(self, response: BaseHTTPResponse, watch: Watch) -> None:
        # What has come, not a full piece: a server that drips would fill one in a day.
        while piece := response.read1(_PIECE, decode_content=False):
            self.file.write(piece)
            self.progress.advance(len(piece))
            watch.count(len(piece))
            if self.file.tell() > self.limit:
                raise TooLarge(self.shown, f"more than {self.limit} bytes")


def _check_status(response: BaseHTTPResponse, shown: str) -> None:
    if response.status == _OK:
        return
    found = f"{response.status} {response.reason or ''}".strip()
    if response.status in _ASK_AGAIN:
        raise Refused(found, wait_s=wait_asked(response))
    raise (NotFound if response.status in _NOT_THERE else TransferError)(shown, found)


def _length(response: BaseHTTPResponse) -> int | None:
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() else None


def _entity(response: BaseHTTPResponse) -> str | None:
    """Only a strong ETag tells one content from another byte by byte (RFC 9110, 13.1.5)."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') and response.headers.get("Content-Encoding") is None else None


def _request(method: str, url: str, headers: Mapping[str, str] | None = None) -> BaseHTTPResponse:
    """Follow redirects by hand: the library would go from https to http, where anybody can answer."""
    shown, asked = without_secrets(url), _parsed(url, without_secrets(url))
    auth = asked.auth
    for _ in range(MOST_REDIRECTS + 1):
        response = _ask(method, asked, auth, headers or {})
        target = response.get_redirect_location()
        if not target:
            return response
        response.close()
        try:
            following = _parsed(urljoin(asked._replace(auth=None).url, target), shown)
        except ValueError as error:
            raise TransferError(shown, "a redirect to no URL") from error
        if asked.scheme == "https" and following.scheme != "https":
            raise TransferError(shown, f"a redirect from https to {following.scheme}")
        # Passwords are for the host that was named.
        if (following.scheme, following.host, following.port) != (asked.scheme, asked.host, asked.port):
            auth = following.auth
        asked = following
    raise TransferError(shown, "too many redirects")


def _parsed(url: str, shown: str) -> Url:
    import urllib3

    try:
        address = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError as error:
        raise TransferError(shown, "no URL") from error
    if address.scheme not in _SCHEMES or not address.host:
        raise TransferError(shown, "leads to no http or https URL")
    return address


def _ask(method: str, address: Url, auth: str | None, more: Mapping[str, str]) -> BaseHTTPResponse:
    # Content-Encoding would make the bytes differ from those repomd.xml has the checksum of.
    headers = {"User-Agent": f"pkgset/{VERSION}", "Accept-Encoding": "identity", **more}
    if auth:
        headers["Authorization"] = "Basic " + base64.b64encode(unquote(auth).encode()).decode()
    plain = address._replace(auth=None).url
    pool = _pool(_proxy(plain), CONNECT_TIMEOUT_S, READ_TIMEOUT_S, os.getpid())
    return pool.request(method, plain, headers=headers, preload_content=False, retries=False, redirect=False)


@functools.lru_cache(maxsize=8)
def _pool(proxy: str | None, connect_s: float, read_s: float, _process: int) -> PoolManager:
    """One pool a process: a fork that shared its parent's connections would mix up their answers."""
    import urllib3

    timeout = urllib3.Timeout(connect=connect_s, read=read_s)
    pool = urllib3.PoolManager(timeout=timeout) if proxy is None else urllib3.ProxyManager(proxy, timeout=timeout)
    return watched(pool, read_s)


def _proxy(url: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass

    split = urlsplit(url)
    proxy = getproxies().get(split.scheme.lower())
    if not proxy or proxy_bypass(split.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
