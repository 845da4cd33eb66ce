"""Servers that misbehave: nginx where it can be told to, else a socket that says what a test has written."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Speech = Callable[[socket.socket], None]


@dataclass
class Speaker:
    """A server: `url`, and the heads of the requests it was sent."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def speak(*speeches: Speech, host: str = "127.0.0.1") -> Iterator[Speaker]:
    """Answer each connection's one request by the next speech, the last one again and again, and hang up."""
    speaker = Speaker()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        listening.bind((host, 0))
        listening.listen(64)
        name = f"[{host}]" if ":" in host else host
        speaker.url = f"http://{name}:{listening.getsockname()[1]}"
        threads: list[threading.Thread] = []

        def answer(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                head = _head(connection)
                if head:
                    number = len(speaker.asked)
                    speaker.asked.append(head)
                    speeches[min(number, len(speeches) - 1)](connection)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threads.append(threading.Thread(target=answer, args=[listening.accept()[0]]))
                    threads[-1].start()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield speaker
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for thread in threads:
                thread.join()


def _head(connection: socket.socket) -> str:
    connection.settimeout(10)
    head = b""
    while b"\r\n\r\n" not in head and (piece := connection.recv(4096)):
        head += piece
    return head.decode("latin-1")


def say(*pieces: bytes | float) -> Speech:
    """Send bytes, and wait for so many seconds where a number stands."""

    def speech(connection: socket.socket) -> None:
        for piece in pieces:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            else:
                time.sleep(piece)

    return speech


def drip(start: bytes, drops: bytes, wait_s: float) -> Speech:
    """Send a start at once and then drop after drop, each after a while, until nobody listens."""

    def speech(connection: socket.socket) -> None:
        connection.sendall(start)
        for drop in drops:
            time.sleep(wait_s)
            connection.sendall(bytes([drop]))

    return speech


def reset(*pieces: bytes) -> Speech:
    """Send bytes and reset the connection."""

    def speech(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
        time.sleep(0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    return speech


def whole(content: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an answer with its length, or another one."""
    announced = len(content) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {announced}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + content
