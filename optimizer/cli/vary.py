"""`--vary A[,B]`: which two quantities a frontier weighs up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from optimizer.model.frontier import Quantity
    from optimizer.universe.instance import Instance


def named_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the one or two quantities that `A[,B]` names; raises BadParameter with the nearest names."""
    from optimizer.problem.nearest import nearest
    from optimizer.problem.problem import ObjectiveKind
    from optimizer.universe.instance import LimitKind

    choices: dict[str, Quantity] = {kind.value: kind for kind in ObjectiveKind}
    choices[LimitKind.DOWNSTREAM_SOURCES.value] = LimitKind.DOWNSTREAM_SOURCES
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in choices:
            near = nearest(word, choices) or tuple(sorted(choices))
            raise click.BadParameter(f"{word!r} is no objective; did you mean {' or '.join(near)}?")
    named = tuple(choices[word] for word in words)
    if len(named) > 2 or len(set(named)) < len(named):
        raise click.BadParameter("one objective or two different ones, as in installed_size,divergence")
    return named


def second_quantity(instance: Instance, first: Quantity) -> Quantity:
    """Return what is weighed against one quantity unless another is named: the first objective that is not it."""
    from optimizer.model.solve import stage_order
    from optimizer.problem.problem import ObjectiveKind
    from optimizer.universe.instance import LimitKind

    own = {first, ObjectiveKind.DIVERGENCE} if isinstance(first, LimitKind) else {first}
    usual = (ObjectiveKind.DIVERGENCE, ObjectiveKind.INSTALLED_SIZE)
    return next(kind for kind in (*stage_order(instance), *usual) if kind not in own)


def refuse_uncounted(instance: Instance, kinds: tuple[Quantity, Quantity]) -> None:
    """Raise UsageError for what the question does not count, UnknownSizeError for sizes it may not guess."""
    from msgspec.structs import replace

    from optimizer.model.solve import stage_order
    from optimizer.problem.problem import ObjectiveKind
    from optimizer.universe.size import check_known_sizes

    if ObjectiveKind.WEAK in kinds and ObjectiveKind.WEAK not in stage_order(instance):
        raise click.UsageError(
            f"{instance.problem} ignores weak dependencies: list weak among its objectives to vary it"
        )
    if ObjectiveKind.CHANGES in kinds and not instance.previous:
        raise click.UsageError(f"{instance.problem} has no earlier manifest: name one as `previous` to vary changes")
    if ObjectiveKind.FEATURES in kinds and all(feature.required for feature in instance.features):
        raise click.UsageError(f"{instance.problem} has no optional features to vary")
    varied = tuple(kind for kind in kinds if isinstance(kind, ObjectiveKind))
    check_known_sizes(replace(instance, objectives=(*instance.objectives, *varied)))
