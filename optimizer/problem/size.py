"""Sizes as people write them: `512 MiB`, `1.5 GB`, or a number of bytes."""

from __future__ import annotations

import re

UNITS = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
MAX_BYTES = 2**60
SIZE_PATTERN = r"^([0-9]{1,19})(?:\.([0-9]{1,19}))? ?([A-Za-z]*)$"

_SIZE = re.compile(SIZE_PATTERN)


class SizeSyntaxError(ValueError):
    """Text that is no size: the text and what was expected instead; `unit` is the unknown unit, if that is why."""

    def __init__(self, text: str, expected: str, unit: str | None = None) -> None:
        super().__init__(text, expected, unit)
        self.text, self.expected, self.unit = text, expected, unit

    def __str__(self) -> str:
        return f"{self.text!r}: expected {self.expected}"


def parse_size(text: str) -> int:
    """Return the bytes that `text` spells: B, kB, MB, GB, TB are powers of 1000, KiB, MiB, GiB, TiB of 1024.

    The arithmetic is exact, and a fraction of a byte is dropped: no whole number of bytes lies between, so an
    upper bound means the same. Raises SizeSyntaxError.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise SizeSyntaxError(text, "a size: bytes as an integer, or a number and a unit such as 512 MiB or 1.5 GB")
    whole, fraction, unit = match.group(1), match.group(2) or "", match.group(3)
    if not unit and not fraction:
        unit = "B"
    if unit not in UNITS:
        raise SizeSyntaxError(text, f"a unit, one of {', '.join(UNITS)}", unit)
    size = int(whole + fraction) * UNITS[unit] // int("1" + "0" * len(fraction))
    if size > MAX_BYTES:
        raise SizeSyntaxError(text, f"at most {MAX_BYTES} bytes")
    return size
