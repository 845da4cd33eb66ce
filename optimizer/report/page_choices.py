"""The choices of an answer as lines of a table."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.answer.stored import identity
from optimizer.explain.alternatives import Alternatives, Choice
from optimizer.report.alternatives import option_sentence, provider_words
from optimizer.report.anchor import unique_anchors
from optimizer.report.page_members import Members
from optimizer.report.quantity import listed

_NAMED = 3
_FEATURE = "feature: "


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A line of the table of choices; `chosen` are packages with the ids of their rows, `options` sentences."""

    anchor: str
    asked: str
    asked_by: str
    chosen: tuple[tuple[str, str], ...]
    options: tuple[str, ...]
    tie: bool


def choice_rows(found: Alternatives, members: Members) -> list[ChoiceRow]:
    """Return a line for each choice, in their order."""
    rows = {identity(member.package)[0]: member.anchor for member in reversed(members.packages)}
    anchors = unique_anchors("choice", [choice.asked[0] for choice in found.choices], members.prefix)
    return [_row(choice, anchor, rows) for choice, anchor in zip(found.choices, anchors, strict=True)]


def _row(choice: Choice, anchor: str, rows: dict[str, str]) -> ChoiceRow:
    askers = [
        asker.replace(_FEATURE, "feature ", 1) if asker.startswith(_FEATURE) else asker for asker in choice.askers
    ]
    return ChoiceRow(
        anchor=anchor,
        asked=listed(choice.asked, _NAMED),
        asked_by=listed(askers, _NAMED),
        chosen=tuple((provider_words(nevra), rows.get(nevra, "")) for nevra in choice.chosen),
        options=tuple(option_sentence(option) for option in choice.options),
        tie=choice.tied,
    )
