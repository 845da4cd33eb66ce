"""Which variables can be needed: what nothing asks for, however deep, is left out."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.model.form import Clause


def reachable(clauses: Sequence[Clause], unwanted: Sequence[bool]) -> set[int]:
    """Return the `unwanted` variables that some clause can need once all that it depends on is in.

    Unwanted are variables that are best false and that no sum wants true. A clause needs its positive literals once
    each unwanted variable that it negates is reached. If all that is never reached is false, every clause in which
    one of these variables stands holds: one that needs it negates another of them. So their being false harms nothing
    and costs nothing (the unfounded sets of answer set programming; Van Gelder, Ross, Schlipf 1991).
    """
    waiting: dict[int, list[int]] = {}
    reached: set[int] = set()
    ready: list[int] = []
    for place, clause in enumerate(clauses):
        for literal in clause:
            if literal < 0 and unwanted[~literal]:
                waiting.setdefault(~literal, []).append(place)
                break
        else:
            ready.append(place)
    while ready:
        clause = clauses[ready.pop()]
        for literal in clause:
            if literal >= 0 and literal not in reached and unwanted[literal]:
                reached.add(literal)
                for place in waiting.pop(literal, ()):
                    for other in clauses[place]:
                        if other < 0 and unwanted[~other] and ~other not in reached:
                            waiting.setdefault(~other, []).append(place)
                            break
                    else:
                        ready.append(place)
    return reached
