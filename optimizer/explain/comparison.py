"""Two package sets compared for people and programs: what differs, why it grew, whether that is allowed."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from optimizer.answer.allowance import Allowance, Verdict, judge_allowance
from optimizer.answer.difference import Difference, difference
from optimizer.answer.side import Side
from optimizer.explain.growth import Cause, causes_of_growth, features_of


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of what `pkgset diff` tells: `causes` of growth and `budgets`, each as far as there is one.

    `features` are those whose requirements lead to each added package, by its name.
    """

    format: int
    difference: Difference
    causes: tuple[Cause, ...]
    features: dict[str, tuple[str, ...]]
    budgets: tuple[Verdict, ...]

    @property
    def within_budget(self) -> bool:
        """Whether every allowance is known to be kept."""
        return all(verdict.verdict == "kept" for verdict in self.budgets)


def compare(before: Side, after: Side, allowances: Iterable[Allowance] = ()) -> Comparison:
    """Return what two package sets differ in, what its growth is to be laid to, and how allowances fare."""
    differing = difference(before, after)
    features = features_of(after)
    return Comparison(
        format=1,
        difference=differing,
        causes=causes_of_growth(differing, before, after),
        features={row.name: features[row.name] for row in differing.added if row.name in features},
        budgets=tuple(judge_allowance(allowance, differing) for allowance in allowances),
    )
