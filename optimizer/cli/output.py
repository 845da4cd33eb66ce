"""Data on stdout, for people or for programs; a reader who has gone away is no error."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import click

from optimizer.problem.file import spelt

#: What moves a terminal's cursor, or turns the order round in which text is read: names of metadata may hold any.
_DECEIVING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff]|\r(?!\n)"
)


def escaped(text: str) -> str:
    """Return text with control characters and marks of direction spelt `\\u202e`, as JSON spells them."""
    text = text if text.isascii() else spelt(text)
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


def tell(text: str, *, newline: bool = True) -> None:
    """Print words on stderr, escaped: the only place that does."""
    click.echo(escaped(text), err=True, nl=newline)


def say_json(document: Any) -> None:
    """Print one JSON document on stdout, in UTF-8 whatever the locale; a path that is not, as `spelt` spells it."""
    import msgspec

    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_spelt(msgspec.to_builtins(document)))
    say(escaped(msgspec.json.format(encoded, indent=2).decode()).encode(), newline=True)


def _spelt(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _spelt(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_spelt(value) for value in tree]
    return spelt(tree) if isinstance(tree, str) else tree
