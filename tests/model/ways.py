"""How an engine is made to work otherwise than it does: steps left out or shuffled, and who searches what is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from random import Random
from unittest.mock import patch

from optimizer.model import optimum, remainder
from optimizer.model.reduction import reduce, successive
from optimizer.model.reduction.ideal import Ideal
from optimizer.model.reduction.reduce import STEPS


@dataclass(frozen=True, slots=True)
class Way:
    """The steps of a reduction in their order, up to how many variables a part is searched here, how wide a sum is.

    Without `ideal` it is not tried first whether the leading columns come to the least they could.
    """

    steps: tuple[str, ...] = tuple(STEPS)
    small: int = optimum._SMALL
    widest: int = remainder._WIDEST
    ideal: bool = True


def draw_way(random: Random) -> Way:
    """Draw a way: half the time all steps as they are, else some of them or a new order; CP-SAT now and then."""
    names = list(STEPS)
    which = random.random()
    if which >= 0.9:
        random.shuffle(names)
    elif which >= 0.5:
        names = [name for name in names if random.random() < 0.6]
    small = 60 if random.random() < 0.85 else random.choice([0, 3])
    return Way(tuple(names), small, random.choice([1, 1 << 12, 1 << 40]), random.random() < 0.6)


@contextmanager
def working(way: Way) -> Iterator[None]:
    """Let every engine made within work one way."""
    steps = {name: STEPS[name] for name in way.steps}
    with ExitStack() as held:
        held.enter_context(patch.object(optimum, "reduce", lambda residue: reduce.reduce(residue, steps)))
        held.enter_context(patch.object(optimum, "_SMALL", way.small))
        held.enter_context(patch.object(remainder, "_WIDEST", way.widest))
        if not way.ideal:
            held.enter_context(patch.object(successive, "assume_ideal", lambda _values, _columns: Ideal()))
        yield
