"""Files over http and https: with retries, limits and the system's proxies, and never trusted for it."""

from __future__ import annotations

import base64
import functools
import os
import time
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urljoin, urlsplit

from optimizer.repository.address import without_secrets
from optimizer.version import VERSION

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager, Retry
    from urllib3.util import Url

    from optimizer.repository.progress import Progress

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 30.0
LONGEST_WAIT_S = 30.0
BACK_OFF_S = 0.3
ATTEMPTS = 4
MOST_REDIRECTS = 5

#: A server that gives less over so long a time is as good as silent (dnf's minrate and timeout).
SLOWEST_BYTES_S = 1000
SLOWEST_FOR_S = 30.0

_PIECE = 1 << 16
_SCHEMES = ("http", "https")
_NOT_THERE = (404, 410)
_ASK_AGAIN = (429, 502, 503, 504)


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
    """Write what `url` gives to `file`, at most `limit` bytes; a body that breaks off is asked for again.

    Raises TransferError, its own TooLarge where more comes than `limit`.
    """
    import urllib3

    shown = without_secrets(url)
    for attempt in range(1, ATTEMPTS + 1):
        file.seek(0)
        file.truncate()
        try:
            response = _request("GET", url)
            _receive(response, file, limit, progress, shown)
        except (urllib3.exceptions.ProtocolError, urllib3.exceptions.ReadTimeoutError) as error:
            if attempt == ATTEMPTS:
                raise TransferError(shown, _reason(error)) from error
        except urllib3.exceptions.HTTPError as error:
            raise TransferError(shown, _reason(error)) from error
        else:
            return


def probe(url: str) -> int | None:
    """Return how many bytes `url` announces, None where it does not say; raises TransferError where it refuses."""
    import urllib3

    shown = without_secrets(url)
    try:
        response = _request("HEAD", url)
        response.drain_conn()
    except urllib3.exceptions.HTTPError as error:
        raise TransferError(shown, _reason(error)) from error
    if response.status != 200:
        raise TransferError(shown, f"{response.status} {response.reason or ''}".strip())
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None


def _receive(response: BaseHTTPResponse, file: BinaryIO, limit: int, progress: Progress, shown: str) -> None:
    try:
        if response.status != 200:
            kind = NotFound if response.status in _NOT_THERE else TransferError
            raise kind(shown, f"{response.status} {response.reason or ''}".strip())
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        if total is not None and total > limit:
            raise TooLarge(shown, f"{total} bytes")
        progress.start(f"download {urlsplit(shown).path.rpartition('/')[2]}", total)
        pace = _Pace()
        try:
            # What has come, not a full piece: a server that drips would fill one in a day.
            while piece := response.read1(_PIECE, decode_content=False):
                file.write(piece)
                progress.advance(len(piece))
                if file.tell() > limit:
                    raise TooLarge(shown, f"more than {limit} bytes")
                if pace.is_too_slow(len(piece)):
                    words = f"less than {SLOWEST_BYTES_S} bytes a second for {SLOWEST_FOR_S:g} seconds"
                    raise TransferError(shown, words)
        finally:
            progress.finish()
    finally:
        response.close()


class _Pace:
    """How fast a body comes, judged once for each SLOWEST_FOR_S."""

    def __init__(self) -> None:
        self._since, self._bytes = time.monotonic(), 0

    def is_too_slow(self, more: int) -> bool:
        self._bytes += more
        passed = time.monotonic() - self._since
        if passed < SLOWEST_FOR_S:
            return False
        slow = self._bytes < SLOWEST_BYTES_S * passed
        self._since, self._bytes = time.monotonic(), 0
        return slow


def _request(method: str, url: str) -> BaseHTTPResponse:
    """Follow redirects by hand: the library would go from https to http, where anybody can answer."""
    shown, asked = without_secrets(url), _parsed(url, without_secrets(url))
    auth = asked.auth
    for _ in range(MOST_REDIRECTS + 1):
        response = _ask(method, asked, auth)
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


def _ask(method: str, address: Url, auth: str | None) -> BaseHTTPResponse:
    # Content-Encoding would make the bytes differ from those repomd.xml has the checksum of.
    headers = {"User-Agent": f"pkgset/{VERSION}", "Accept-Encoding": "identity"}
    if auth:
        headers["Authorization"] = "Basic " + base64.b64encode(unquote(auth).encode()).decode()
    plain = address._replace(auth=None).url
    pool = _pool(_proxy(plain), CONNECT_TIMEOUT_S, READ_TIMEOUT_S, os.getpid())
    return pool.request(method, plain, headers=headers, preload_content=False, retries=_retries(), redirect=False)


def _retries() -> Retry:
    import urllib3

    class PatientRetry(urllib3.Retry):
        """A server may ask for an hour; nobody waits that long at a command line."""

        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            asked = super().get_retry_after(response)
            return None if asked is None else min(asked, LONGEST_WAIT_S)

    return PatientRetry(
        total=8,
        connect=2,
        read=2,
        redirect=0,
        status=ATTEMPTS - 1,
        other=0,
        status_forcelist=_ASK_AGAIN,
        backoff_factor=BACK_OFF_S,
        raise_on_status=False,
    )


@functools.lru_cache(maxsize=8)
def _pool(proxy: str | None, connect_s: float, read_s: float, _process: int) -> PoolManager:
    """One pool a process: a fork that shared its parent's connections would mix up their answers."""
    import urllib3

    timeout = urllib3.Timeout(connect=connect_s, read=read_s)
    if proxy is None:
        return urllib3.PoolManager(timeout=timeout)
    return urllib3.ProxyManager(proxy, timeout=timeout)


def _proxy(url: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass

    split = urlsplit(url)
    proxy = getproxies().get(split.scheme.lower())
    if not proxy or proxy_bypass(split.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _reason(error: Exception) -> str:
    """The innermost cause is the one a person can act on."""
    cause: object = error
    while isinstance(cause, Exception) and (inner := getattr(cause, "reason", None)) is not None:
        cause = inner
    words = str(cause)
    return words.partition(": ")[2] if words.startswith("<") else words or type(error).__name__
