"""Data on stdout, for people or for programs; a reader who has gone away is no error."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import click

#: What moves a terminal's cursor, or turns the order round in which text is read: names of metadata may hold any.
_DECEIVING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\r(?!\n)"
)


def escaped(text: str) -> str:
    """Return text with control characters and marks of direction spelt `\\u202e`, as JSON spells them."""
    return _DECEIVING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def open_streams() -> None:
    """Open the void where standard input, output or error is closed: the next file would else take its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            if os.open(os.devnull, os.O_RDWR) == number and getattr(sys, name) is None:
                setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))


def say(text: str | bytes, *, newline: bool = False) -> None:
    """Print text, escaped, or bytes as they are; once nobody reads it, print into the void, keep the exit code."""
    try:
        click.echo(text if isinstance(text, bytes) else escaped(text), nl=newline)
    except BrokenPipeError:
        with open(os.devnull, "wb") as void:  # noqa: PTH123 - a descriptor is wanted, not a path
            os.dup2(void.fileno(), sys.stdout.fileno())
    except OSError as error:
        raise type(error)(error.errno, error.strerror, "standard output") from error


def say_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    import msgspec

    say(msgspec.json.format(msgspec.json.encode(document), indent=2).decode(), newline=True)
