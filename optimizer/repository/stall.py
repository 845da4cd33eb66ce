"""Connections that are ended from outside when too little comes over them, however it is dealt out."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from urllib3 import PoolManager


class Watch:
    """Ends a socket over which fewer than `least` units came in a window of `seconds`; `fired` says whether it did.

    A timeout of the socket alone would begin anew with each byte: of a status line, a header, the size of a chunk.
    """

    def __init__(self, held: socket.socket | None, least: float, seconds: float) -> None:
        self.fired = False
        self._socket, self._least, self._seconds = held, least, seconds
        self._units = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="stall", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()  # a process that forks must have no other threads

    def count(self, units: int) -> None:
        """Note that so much came."""
        self._units += units

    def _look(self) -> None:
        before = 0
        while not self._ended.wait(self._seconds):
            now = self._units
            if now - before < self._least:
                self.fired = True
                _shut(self._socket)
                return
            before = now


def socket_of(response: Any) -> socket.socket | None:
    """Return the socket that a response of `watched` comes over."""
    found: socket.socket | None = getattr(response, "pkgset_socket", None)
    return found


def watched(pool: PoolManager, seconds: float) -> PoolManager:
    """Return a pool whose connections give up, as on a timeout, when the head of an answer takes longer."""
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

    plain, safe = _connections()

    class Plain(HTTPConnectionPool):
        ConnectionCls = functools.partial(plain, pkgset_seconds=seconds)  # type: ignore[assignment]

    class Safe(HTTPSConnectionPool):
        ConnectionCls = functools.partial(safe, pkgset_seconds=seconds)  # type: ignore[assignment]

    pool.pool_classes_by_scheme = {"http": Plain, "https": Safe}
    return pool


@functools.cache
def _connections() -> tuple[Any, Any]:
    from urllib3.connection import HTTPConnection, HTTPSConnection

    class Heard:
        """A connection that waits for the head of an answer only so long."""

        def __init__(self, *arguments: Any, pkgset_seconds: float, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._seconds = pkgset_seconds

        def getresponse(self) -> Any:
            held: Any = self.sock  # type: ignore[attr-defined]
            with Watch(held, 1, self._seconds) as watch:
                try:
                    response = super().getresponse()  # type: ignore[misc]
                except Exception as error:
                    _drop(held)  # urllib3 leaves it open where it does not like a header
                    if watch.fired:
                        raise TimeoutError from error
                    raise
            if watch.fired:  # the end of the stream ends the headers too
                response.close()
                raise TimeoutError
            response.pkgset_socket = held
            return response

    class Plain(Heard, HTTPConnection):
        pass

    class Safe(Heard, HTTPSConnection):
        pass

    return Plain, Safe


def _drop(held: Any) -> None:
    if held is not None and (descriptor := getattr(held, "socket", held).detach()) >= 0:
        os.close(descriptor)


def _shut(held: Any) -> None:
    """Wake whoever reads from a socket; TLS's own shutdown would take its state away under the reader."""
    if held is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(getattr(held, "socket", held), socket.SHUT_RDWR)
