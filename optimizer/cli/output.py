"""Data on stdout, for people or for programs; a reader who has gone away is no error."""

from __future__ import annotations

import os
import sys
from typing import Any

import click


def say(text: str | bytes, *, newline: bool = False) -> None:
    """Print text or bytes on stdout; once nobody reads it any more, print into the void, keep the exit code."""
    try:
        click.echo(text, nl=newline)
    except BrokenPipeError:
        with open(os.devnull, "wb") as void:  # noqa: PTH123 - a descriptor is wanted, not a path
            os.dup2(void.fileno(), sys.stdout.fileno())


def say_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    import msgspec

    say(msgspec.json.format(msgspec.json.encode(document), indent=2).decode(), newline=True)
