"""SOURCE_DATE_EPOCH, read here alone: https://reproducible-builds.org/specs/source-date-epoch."""

from __future__ import annotations

import os

import click

NAME = "SOURCE_DATE_EPOCH"
#: The last second of the year 9999: no format here can write a later one.
LATEST = 253_402_300_799


def source_date_epoch() -> int | None:
    """Return the second since 1970 that stands for now, None where it is not set or empty: then no date is written.

    Raises UsageError for what is no such number.
    """
    text = os.environ.get(NAME, "")
    if not text:
        return None
    # More digits would be a number all the same, at the price of their square.
    if not (text.isascii() and text.isdigit() and len(text) <= 20 and int(text) <= LATEST):
        raise click.UsageError(f"{NAME} is {text!r}, not a number of seconds from 0 to {LATEST}")
    return int(text)
