"""Which valid names look like a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable

_AT_MOST = 3
_CUTOFF = 0.6
_KINSHIP = 0.8
_SHORTLIST = 400


def nearest(word: str, choices: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of `choices` that `word` may have meant, the likeliest first, ties by name.

    Case does not count. Names of one family (`httpd` and `httpd-server`) are near whatever their length. Two cheap
    screens, shared letters and shared pairs of letters, keep the slow comparison to a short list, so that the names
    of a whole distribution can be searched.
    """
    wanted, distinct = word.lower(), frozenset(choices)
    if not wanted:
        return ()
    heads = (wanted[:end] for end, letter in enumerate(wanted) if letter == "-")
    candidates = distinct.intersection(heads).union(_shortlist(wanted, distinct))
    scored = ((_likeness(wanted, choice.lower()), choice) for choice in candidates)
    near = sorted((-likeness, choice) for likeness, choice in scored if likeness >= _CUTOFF)
    return tuple(choice for _, choice in near[:_AT_MOST])


def _shortlist(wanted: str, choices: frozenset[str]) -> list[str]:
    letters = frozenset(wanted)
    shared_at_least = _CUTOFF * len(letters)
    screened = [choice for choice in choices if len(letters.intersection(choice.lower())) >= shared_at_least]
    if len(screened) <= _SHORTLIST:
        return screened
    from heapq import nlargest

    pairs = _pairs(wanted)
    return nlargest(_SHORTLIST, screened, key=lambda choice: (_overlap(pairs, choice.lower()), choice))


def _pairs(word: str) -> frozenset[str]:
    return frozenset(word[start : start + 2] for start in range(-1, len(word)))


def _overlap(pairs: frozenset[str], word: str) -> float:
    """Share of letter pairs in common (Dice): long names do not win by holding everything."""
    own = _pairs(word)
    return 2 * len(pairs & own) / (len(pairs) + len(own))


def _likeness(wanted: str, choice: str) -> float:
    from difflib import SequenceMatcher  # each start would pay for it, and few misspell anything

    matcher = SequenceMatcher(None, wanted, choice, autojunk=False)
    kin = choice.startswith(f"{wanted}-") or wanted.startswith(f"{choice}-")
    return max(matcher.ratio(), _KINSHIP if kin else 0.0)
