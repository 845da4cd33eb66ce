"""Numbers as people read them."""

from __future__ import annotations

_MEBIBYTE = 1 << 20


def mebibytes(size: int) -> str:
    """Return a size in bytes as MiB with one decimal and thousands separators, a small one in KiB or bytes."""
    if abs(size) >= _MEBIBYTE // 10 or not size:
        return f"{size / _MEBIBYTE:,.1f} MiB"
    return f"{size / 1024:,.1f} KiB" if abs(size) >= 1024 else f"{size} B"


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts, `noun` in the singular: `1 package`, `2,000 packages`."""
    return f"{number:,} {noun}" if abs(number) == 1 else f"{number:,} {noun}s"


def percent(share: float) -> str:
    """Return a share of 0..1 as per cent with one decimal."""
    return f"{share * 100:.1f} %"


def relative(value: int, base: int) -> str:
    """Return by how much `value` differs from `base` in per cent of `base`, empty where there is no base."""
    if not base:
        return ""
    change = (value - base) / base
    return "same" if value == base else f"{abs(change) * 100:.1f} % {'more' if change > 0 else 'less'}"


def signed(number: int) -> str:
    """Return a number with its sign and thousands separators."""
    return f"{number:+,}"


def listed(names: tuple[str, ...] | list[str], most: int, word: str = "and") -> str:
    """Return names as a list in a sentence, those beyond `most` counted only."""
    if len(names) > most:
        return f"{', '.join(names[:most])} {word} {len(names) - most:,} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
