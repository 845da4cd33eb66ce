"""What a server's or the network's refusal means: in words, whether it may pass, and how long to wait."""

from __future__ import annotations

import http.client
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_LONGEST_NUMBER = 9


class Refused(Exception):  # noqa: N818 - it names the fact
    """A request that was not answered as asked; `lasting` ones are not asked again, others after `wait_s` if said."""

    def __init__(
        self, found: str, *, lasting: bool = False, connected: bool = True, wait_s: float | None = None
    ) -> None:
        super().__init__(found, lasting, connected, wait_s)
        self.found, self.lasting, self.connected, self.wait_s = found, lasting, connected, wait_s


def refusal_of(error: Exception, silent_s: float, connect_s: float) -> Refused:
    """Return what an exception of urllib3 tells; the times are those after which it gives up."""
    from urllib3 import exceptions

    if isinstance(error, exceptions.ProxyError):
        inner = refusal_of(error.original_error, silent_s, connect_s)
        return Refused(f"proxy: {inner.found}", lasting=inner.lasting, connected=inner.connected)
    if isinstance(error, exceptions.ConnectTimeoutError) and not isinstance(error, exceptions.NewConnectionError):
        return Refused(f"timed out: no connection in {connect_s:g} seconds", connected=False)
    if isinstance(error, exceptions.NameResolutionError):
        return Refused(f"no address for this host: {_words(error.__cause__ or error)}", connected=False)
    if isinstance(error, exceptions.NewConnectionError):
        return Refused(_words(error.__cause__ or error), connected=False)
    if isinstance(error, exceptions.ReadTimeoutError):
        return Refused(f"timed out: no answer in {silent_s:g} seconds")
    if isinstance(error, exceptions.ProtocolError):
        return Refused(_broken(error))
    return Refused(_words(error), lasting=True)


def wait_asked(response: BaseHTTPResponse) -> float | None:
    """Return the seconds that Retry-After asks for, or until its date by this machine's clock; None without sense."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:_LONGEST_NUMBER])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _broken(error: Exception) -> str:
    """Return what ended a connection; urllib3 carries the cause as its second argument."""
    cause = error.args[1] if len(error.args) > 1 else error
    if isinstance(cause, http.client.IncompleteRead):
        missing = "" if cause.expected is None else f", {cause.expected} bytes short"
        return f"the answer broke off{missing}"
    if isinstance(cause, http.client.RemoteDisconnected):
        return "the server closed the connection without an answer"
    if isinstance(cause, http.client.HTTPException):
        return f"an answer that is no HTTP: {_words(cause) or type(cause).__name__}"
    return _words(cause)


def _words(error: object) -> str:
    """The innermost cause is the one a person can act on."""
    while isinstance(error, Exception) and isinstance(inner := getattr(error, "reason", None), Exception):
        error = inner
    if isinstance(error, OSError) and error.strerror and not hasattr(error, "verify_code"):
        return error.strerror
    return " ".join(str(error).split()) or type(error).__name__
