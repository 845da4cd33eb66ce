"""Formats that know one objective: a stage is asked with the stages before it held at their optimum."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.export.exported import plain
from optimizer.export.format import Besides, Loss
from optimizer.export.pseudo_boolean import Bound, PseudoBoolean, Stage, stage_kinds
from optimizer.universe.instance import Instance


class UnknownStageError(ValueError):
    """A stage asked for that the problem does not have: stages count from 1."""

    def __init__(self, number: int, names: tuple[str, ...]) -> None:
        super().__init__(number, names)
        self.number, self.names = number, names

    def __str__(self) -> str:
        return f"there is no stage {self.number}: the stages are {', '.join(self.names) or 'none'}"


def stage_names(instance: Instance) -> tuple[str, ...]:
    """Return the objectives in the order of their stages."""
    return tuple(kind.value for kind in stage_kinds(instance))


def staged(made: PseudoBoolean, optima: Sequence[int]) -> tuple[Stage | None, list[Bound]]:
    """Return the stage after those whose optima are given, None where the problem has no objective, and all bounds.

    Raises UnknownStageError.
    """
    if len(optima) >= max(1, len(made.stages)):
        raise UnknownStageError(len(optima) + 1, stage_names(made.instance))
    held = [stage.bound(optimum) for stage, optimum in zip(made.stages, optima, strict=False)]
    return (made.stages[len(optima)] if made.stages else None), [*made.bounds, *held]


def comments(made: PseudoBoolean, stage: Stage | None, optima: Sequence[int]) -> list[str]:
    """Return what a file says of itself: the problem, the stage, how to read an answer, what each package is."""
    instance = made.instance
    lines = [f"{plain(instance.problem)} for {plain(instance.arch)}, written by pkgset export"]
    if stage is not None:
        lines.append(f"stage {len(optima) + 1} of {', '.join(stage_names(instance))}")
        held = zip(stage_names(instance), optima, strict=False)
        lines += [f"held at its optimum: {name} {optimum}" for name, optimum in held]
        sign = "-" if stage.sign < 0 else ""
        lines.append(f"{stage.kind.value} = {sign}(objective + {stage.sum.constant})")
    lines += [
        f"x{index + 1} {plain(one.nevra)} of {plain(one.repository)}" for index, one in enumerate(instance.packages)
    ]
    return lines


def later_stages(instance: Instance) -> tuple[Loss, ...]:
    """Return the stages after the first, which a file of the first does not speak of."""
    later = stage_names(instance)[1:]
    return (Loss(Besides.STAGES, "the objectives after the first (--stage N writes each)", later),) if later else ()
