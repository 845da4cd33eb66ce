"""A stage's value in the unit of its objective, for people."""

from __future__ import annotations

from optimizer.report.quantity import counted, mebibytes, signed

SIZES = ("installed_size", "download_size")
_NOUNS = {
    "divergence": "source",
    "features": "point",
    "packages": "package",
    "downstream_sources": "downstream source",
    "weak": "unmet weak dependency",
    "changes": "package changed",
    "age": "newer version passed over",
}
#: Those whose name is what they count.
_COUNTS = ("features", "packages", "downstream_sources", "changes")
_PLURALS = {
    "weak": "unmet weak dependencies",
    "changes": "packages changed",
    "age": "newer versions passed over",
}


def title(objective: str) -> str:
    """Return an objective's or limit's name as words: `installed size`."""
    return objective.replace("_", " ")


def amount(objective: str, value: int, *, weighted: bool = False) -> str:
    """Return a value with its unit; `weighted` says that divergence counts weights and not sources."""
    if objective in SIZES:
        return mebibytes(value)
    if objective == "divergence" and weighted:
        return f"{value:,} by weight"
    if abs(value) != 1 and objective in _PLURALS:
        return f"{value:,} {_PLURALS[objective]}"
    counts = _NOUNS.get(objective)
    return f"{value:,}" if counts is None else counted(value, counts)


def noun(objective: str, number: int) -> str:
    """Return what an objective that is no size counts, in the number it takes: `source`, `sources`."""
    word = _NOUNS.get(objective, title(objective))
    return word if number == 1 else _PLURALS.get(objective, f"{word}s")


def change(objective: str, value: int) -> str:
    """Return a change of a stage's value, with its sign: `+12.3 MiB installed size`, `-28 features`."""
    words = title(objective)
    if abs(value) == 1 and objective in _COUNTS:
        words = words.removesuffix("s")
    return f"{change_alone(objective, value)} {words}"


def change_alone(objective: str, value: int) -> str:
    """Return a change with its sign, without the objective's name: `+12.3 MiB`, `-28`."""
    if objective in SIZES:
        return f"{'+' if value >= 0 else '-'}{mebibytes(abs(value))}"
    return signed(value)
