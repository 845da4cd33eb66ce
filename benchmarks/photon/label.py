"""How releases, images, repositories and shares are called in tables and pictures."""

from __future__ import annotations

from benchmarks.photon.question import image_of
from benchmarks.photon.record import Listed, Share

_RELEASES = {
    "photon-1.0-tp1": "1.0 TP1",
    "photon-1.0-tp2": "1.0 TP2",
    "photon-1.0-ga": "1.0 GA",
    "photon-3.0": "3.0",
    "photon-4.0": "4.0",
    "photon-5.0": "5.0",
}
_UPSTREAMS = {
    "centos-7.2.1511": "CentOS 7.2",
    "centos-stream-9-baseos": "CentOS Stream 9",
    "opensuse-11.1-beta5": "openSUSE 11.1",
}
READINGS = {"none": "names alone", "own": "equivalents", "all": "with stand-ins"}


def release_label(listed: Listed) -> str:
    """Return a release as people call it."""
    return _RELEASES.get(listed.release, listed.release)


def upstream_label(listed: Listed) -> str:
    """Return the upstream as people call it; of several repositories, the first."""
    return _UPSTREAMS.get(listed.upstream[0], listed.upstream[0])


def image_label(listed: Listed) -> str:
    """Return the image of a list; a list in step, or out of another upstream, says so."""
    image = image_of(listed.list, listed.release)
    for suffix, words in (("-in-step", ", in step"), ("-opensuse", " (openSUSE)")):
        if image.endswith(suffix):
            return image.removesuffix(suffix) + words
    return image


def full_label(listed: Listed) -> str:
    """Return release and image."""
    return f"{release_label(listed)} {image_label(listed)}"


def percent(share: Share | None) -> str:
    """Return a share in per cent, rounded down to a tenth so that 85.0 is never 84.96."""
    if share is None:
        return "none"
    tenths = int(share.fraction * 1000)
    return f"{tenths // 10}.{tenths % 10} %"


def of(share: Share | None, unit: int = 1) -> str:
    """Return a share with its denominator, in multiples of `unit`: `179 of 185 (96.7 %)`."""
    if share is None:
        return "no answer"
    return f"{share.reused / unit:,.0f} of {share.of / unit:,.0f} ({percent(share)})"


def mebibytes(size: int) -> str:
    """Return bytes as whole MiB."""
    return f"{size / 2**20:,.0f}"


def names(held: tuple[str, ...], most: int = 6) -> str:
    """Return names in a table's cell, those beyond `most` counted."""
    shown = ", ".join(held[:most])
    return f"{shown} and {len(held) - most} more" if len(held) > most else shown


def table(header: list[str], rows: list[list[str]], left: int = 2) -> list[str]:
    """Return lines of a Markdown table whose first columns are text and whose others are numbers."""
    rule = ["---"] * left + ["--:"] * (len(header) - left)
    return ["| " + " | ".join(cells) + " |" for cells in (header, rule, *rows)]
