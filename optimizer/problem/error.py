"""What is wrong with a problem file: every mistake with its place, what was expected and what was found."""

from __future__ import annotations

import msgspec

from optimizer.problem.problem import Position

#: A person mends no more at a time; all are in `mistakes`.
SHOWN = 1000


class Mistake(msgspec.Struct, frozen=True):
    """One wrong place in a file a person wrote; `nearest` are valid names that look like the one found."""

    position: Position
    expected: str
    found: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        position = self.position
        where = str(position) if position.path else f"{position.file}:{position.line}"
        hint = "; did you mean " + " or ".join(map(repr, self.nearest)) + "?" if self.nearest else ""
        return f"{where}: expected {self.expected}, found {self.found}{hint}"


class ProblemError(ValueError):
    """A problem file that cannot be used: all mistakes that could be told apart, in the order of their lines."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes

    def __str__(self) -> str:
        shown = [str(mistake) for mistake in self.mistakes[:SHOWN]]
        more = len(self.mistakes) - len(shown)
        return "\n".join(shown + ([f"and {more} more mistakes"] if more else []))
