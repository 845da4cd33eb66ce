"""What each demand of a problem costs: the answer beside a fresh solve of the problem without it.

Prices are marginal. They do not add up: what two features both need goes with neither, and is nobody's price alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from optimizer.explain.answered import Answered
from optimizer.explain.changed_instance import without_features
from optimizer.explain.difference import Difference, chosen_identities, difference, nearest_to
from optimizer.model.improve import least_improving
from optimizer.model.question import Question
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.problem.supposition import UnknownSuppositionError
from optimizer.universe.instance import Instance, Limit, LimitKind, PackageOrigin

#: What a limit is raised by where nobody says otherwise: a mebibyte, or one.
SIZE_STEP, COUNT_STEP = 1 << 20, 1
_SIZES = (LimitKind.INSTALLED_SIZE, LimitKind.DOWNLOAD_SIZE)


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What one feature, pin, lock or forbidden capability costs.

    `cost` is the answer without it against the answer with it. Where `held` is false it is an optional feature that
    the answer has not, and `cost` what having it would. `status` is `proven` where both answers are, else `not
    proven`, or `infeasible` where there is no answer with it (or without it).
    """

    kind: str
    text: str
    where: str
    status: str
    cost: Difference
    required: bool = True
    held: bool = True


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """What features cost together; `shared` is what is left of it when their own prices are taken off.

    By stage and amount: what two or more of them need alike; where it is negative, they stand in each other's way.
    """

    features: int
    status: str
    cost: Difference
    shared: dict[str, int]


class LimitPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What it would buy to give way on one limit; `side` is `maximum` or `minimum`, `bound` what it is now.

    `next_bound` is one step on, and `next` the answer there. `first_bound` is the first bound at which any stage
    improves, and `gain` the answer there; None where no bound does. `status` says whether all that is proven.
    """

    limit: str
    group: str | None
    side: str
    where: str
    bound: int
    status: str
    next_bound: int | None = None
    next: Difference | None = None
    first_bound: int | None = None
    gain: Difference | None = None


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of a problem's demands, each kind in the problem's order; `together` where there are several."""

    problem: str
    features: tuple[Price, ...] = ()
    together: Together | None = None
    limits: tuple[LimitPrice, ...] = ()
    rules: tuple[Price, ...] = ()
    weighted: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """By how much limits are raised to see what that buys: `size` in bytes, `count` for all others."""

    size: int = SIZE_STEP
    count: int = COUNT_STEP


def price(
    answered: Answered,
    words: Sequence[str] = (),
    step: Step | None = None,
    *,
    on_start: Callable[[int], None] = lambda _total: None,
    on_price: Callable[[], None] = lambda: None,
) -> Prices:
    """Return what an answer's features, limits, pins and forbidden capabilities cost, or only the named ones.

    Words are texts of features, and kinds of limits. `on_start` hears how many prices there will be, `on_price` of
    each. A pin's price is in the world of the Instance: versions that only the pin made candidates stay so.
    Raises NoAnswerError, UnknownSuppositionError, TimeoutError.
    """
    answered.require_answer()
    market = _Market(answered, step or Step(), on_price)
    instance = answered.instance
    features, limits = _named(instance, words)
    rules = [] if words else market.rules()
    on_start(len(features) + len(limits) + len(rules) + (len(features) > 1))
    prices = tuple(market.feature(index) for index in features)
    return Prices(
        problem=instance.problem,
        features=prices,
        together=market.together(features, prices) if len(features) > 1 else None,
        limits=tuple(found for limit in limits for found in market.limit(limit)),
        rules=tuple(market.rule(kind, index) for kind, index in rules),
        weighted=any(source.weight != 1 for source in instance.sources),
    )


def _named(instance: Instance, words: Sequence[str]) -> tuple[list[int], list[int]]:
    features, limits = list(range(len(instance.features))), list(range(len(instance.limits)))
    if not words:
        return features, limits
    texts = {feature.text for feature in instance.features}
    kinds = {limit.kind.value for limit in instance.limits}
    for word in words:
        if word not in texts | kinds:
            raise UnknownSuppositionError("", word, "feature or limit of the problem", texts | kinds)
    return (
        [index for index in features if instance.features[index].text in words],
        [index for index in limits if instance.limits[index].kind.value in words],
    )


class _Market:
    """One answer, and solves of its Instance with something changed; ties fall to the answer's own packages."""

    def __init__(self, answered: Answered, step: Step, on_price: Callable[[], None]) -> None:
        self.answered, self.step, self.on_price = answered, step, on_price
        identities = chosen_identities(answered.instance, answered.solution)
        self.instance = nearest_to(answered.instance, identities)
        self.engine = Engine.of(self.instance)
        self.answer = (answered.instance, answered.solution)

    def feature(self, index: int) -> Price:
        feature = self.instance.features[index]
        held = feature.required or index in self.answered.solution.features
        if held and self.forced(index):
            other = self.answer
        elif held:
            other = self.without((index,))
        else:
            other = self.ask(Question(with_features=frozenset((index,))))
        pair = (other, self.answer) if held else (self.answer, other)
        self.on_price()
        return Price(
            kind="feature",
            text=feature.text,
            where=feature.where,
            required=feature.required,
            held=held,
            status=self.answered.status_beside(other[1]),
            cost=difference(*pair),
        )

    def forced(self, index: int) -> bool:
        """Return whether the rest of the problem has a required feature in any case: it then costs nothing.

        One proof that nothing is left without its providers, in place of an optimum.
        """
        feature = self.instance.features[index]
        if not (feature.required and feature.group is None and isinstance(feature.formula, int)):
            return False
        providers = self.instance.capabilities[feature.formula].providers
        if any(self.instance.packages[package].origin is PackageOrigin.STUB for package in providers):
            return False  # it goes with what it was made for
        question = Question(lifted=frozenset((("feature", index),)), without_packages=frozenset(providers))
        return not self.engine.feasible(question, self.answered.budget)

    def together(self, features: Sequence[int], prices: Sequence[Price]) -> Together:
        held = [index for index, one in zip(features, prices, strict=True) if one.held]
        other = self.without(held)
        cost = difference(other, self.answer)
        self.on_price()
        return Together(
            features=len(held),
            status=self.answered.status_beside(other[1]),
            cost=cost,
            shared=_shared(cost, [one.cost for one in prices if one.held]),
        )

    def rules(self) -> list[tuple[str, int]]:
        forbidden = [("forbidden", index) for index in range(len(self.instance.forbidden))]
        return forbidden + [("pins", index) for index in range(len(self.instance.pins))]

    def rule(self, kind: str, index: int) -> Price:
        rule = getattr(self.instance, kind)[index]
        guard = ("forbidden" if kind == "forbidden" else "pin", index)
        other = self.ask(Question(lifted=frozenset((guard,))))
        self.on_price()
        return Price(
            kind="forbidden" if kind == "forbidden" else rule.kind.value,
            text=rule.text,
            where=rule.where,
            status=self.answered.status_beside(other[1]),
            cost=difference(other, self.answer),
        )

    def limit(self, index: int) -> list[LimitPrice]:
        limit = self.instance.limits[index]
        bounds = (("maximum", limit.maximum), ("minimum", limit.minimum))
        found = [self.side(index, side, bound) for side, bound in bounds if bound is not None]
        self.on_price()
        return found

    def side(self, index: int, side: str, bound: int) -> LimitPrice:
        """Return the price of a limit's upper or lower bound."""
        limit = self.instance.limits[index]
        grouped = limit.kind is LimitKind.FEATURE_GROUP
        step = self.step.size if limit.kind in _SIZES else self.step.count
        onward = bound + step if side == "maximum" else max(0, bound - step)
        first, proven = self.first_of_group(index, side) if grouped else self.first(index)
        statuses = [self.answered.solution.status, SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE]
        there: dict[str, Difference] = {}
        for name, value in (("next", onward), ("gain", first)):
            if value is not None and first is not None:
                other = self.solve(self.bounded(index, side, value))
                statuses.append(other[1].status)
                there[name] = difference(self.answer, other)
        return LimitPrice(
            limit=limit.kind.value,
            group=limit.group,
            side=side,
            where=limit.where,
            bound=bound,
            status="proven" if all(status is SolveStatus.OPTIMAL for status in statuses) else "not proven",
            next_bound=onward if "next" in there else None,
            first_bound=first,
            **there,
        )

    def first(self, index: int) -> tuple[int | None, bool]:
        """Return the first bound of an amount at which the answer gets better."""
        limit = self.instance.limits[index]
        engine = Engine.of(self.bounded(index, "maximum", None))
        stages = [stage for stage in self.answered.solution.stages if stage.objective != "tie_break"]
        least, proven = least_improving(engine, stages, limit.kind, budget=self.answered.budget)
        return least, proven

    def first_of_group(self, index: int, side: str) -> tuple[int | None, bool]:
        """Return the same for the features of a group, which are few: bound by bound."""
        limit = self.instance.limits[index]
        members = sum(feature.group == limit.group for feature in self.instance.features)
        maximum, minimum = limit.maximum or 0, limit.minimum or 0
        bounds = range(maximum + 1, members + 1) if side == "maximum" else range(minimum - 1, -1, -1)
        before = _vector(self.answered.solution)
        proven = True
        for bound in bounds:
            _, solution = self.solve(self.bounded(index, side, bound))
            proven = proven and solution.status is SolveStatus.OPTIMAL
            if _vector(solution) != before:
                return bound, proven
        return None, proven

    def bounded(self, index: int, side: str, bound: int | None) -> Instance:
        limits = self.instance.limits
        changed = msgspec.structs.replace(limits[index], **{side: bound})
        kept: tuple[Limit, ...] = () if changed.maximum is None and changed.minimum is None else (changed,)
        return msgspec.structs.replace(self.instance, limits=(*limits[:index], *kept, *limits[index + 1 :]))

    def without(self, features: Sequence[int]) -> tuple[Instance, Solution]:
        """Return the answer to the problem without some features.

        To lift a feature is to never have had it, unless it is worth something, counts in a group or had a stub made.
        """
        dropped = without_features(self.instance, features)
        plain = all(self.instance.features[index].required for index in features) and not any(
            self.instance.features[index].group for index in features
        )
        if plain and dropped.packages == self.instance.packages:
            return self.ask(Question(lifted=frozenset(("feature", index) for index in features)))
        return self.solve(dropped)

    def solve(self, instance: Instance) -> tuple[Instance, Solution]:
        """Return the answer to another Instance."""
        return self.told(instance, Engine.of(instance).solve(budget=self.answered.budget))

    def ask(self, question: Question) -> tuple[Instance, Solution]:
        """Return the answer to a question about the Instance."""
        return self.told(self.instance, self.engine.solve(question, self.answered.budget))

    def told(self, instance: Instance, solution: Solution) -> tuple[Instance, Solution]:
        if solution.status is SolveStatus.UNKNOWN:
            raise TimeoutError
        return instance, solution


def _vector(solution: Solution) -> tuple[int, ...]:
    return tuple(stage.value for stage in solution.stages if stage.objective != "tie_break")


def _shared(total: Difference, parts: Sequence[Difference]) -> dict[str, int]:
    """Return each amount of a total less the same of its parts."""

    def amounts(found: Difference) -> dict[str, int | None]:
        sums = {name: getattr(found, name).change for name in ("installed_size", "download_size", "packages")}
        return {stage.objective: stage.change for stage in found.stages} | sums

    left: dict[str, int] = {}
    for name, change in amounts(total).items():
        changes = [amounts(part)[name] for part in parts]
        if change is not None and None not in changes:
            left[name] = change - sum(one for one in changes if one is not None)
    return left
