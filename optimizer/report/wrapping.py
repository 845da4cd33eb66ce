"""Lines for people: broken between words only, as names, versions and paths must be found by search and by eye."""

from __future__ import annotations

import textwrap

#: Characters a line of a report has at most, unless one word is longer.
WIDTH = 100


def wrapped(text: str, first: str = "", later: str | None = None) -> list[str]:
    """Return a text's lines: `first` stands before the first, `later` before the others, `first` too where None."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if later is None else later,
        break_long_words=False,
        break_on_hyphens=False,
    )
