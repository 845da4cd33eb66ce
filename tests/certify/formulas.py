"""Small random inequalities and formulas, and what trying every assignment finds of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from hypothesis import strategies as st

from optimizer.certify.formula import Formula
from optimizer.certify.inequality import Inequality

VARIABLES = 5


def inequalities(*, largest: int = 9) -> st.SearchStrategy[Inequality]:
    """Draw an inequality over a few variables, of any degree that matters."""
    signs = st.dictionaries(st.integers(1, VARIABLES), st.tuples(st.booleans(), st.integers(1, largest)))
    terms = signs.map(lambda drawn: {(v if positive else -v): weight for v, (positive, weight) in drawn.items()})
    return terms.flatmap(
        lambda held: st.integers(-2, sum(held.values()) + 1).map(lambda degree: Inequality(dict(held), degree))
    )


def formulas(least: int = 1, most: int = 14) -> st.SearchStrategy[Formula]:
    """Draw a formula."""
    return st.lists(inequalities(largest=4), min_size=least, max_size=most).map(formula_of)


def formula_of(held: Iterable[Inequality]) -> Formula:
    """Return a formula of inequalities."""
    return Formula(tuple(held), VARIABLES)


def assignments() -> Iterator[frozenset[int]]:
    """Yield every set of true variables."""
    everything = range(1, VARIABLES + 1)
    return (frozenset(true) for size in range(VARIABLES + 1) for true in combinations(everything, size))


def satisfiable(held: Iterable[Inequality]) -> bool:
    """Return whether some assignment keeps all inequalities, by trying them all."""
    kept = list(held)
    return any(all(one.holds(true) for one in kept) for true in assignments())
