"""The choices an answer made: what could have given the same, and what the answer would cost with that instead.

A choice is what a feature, or a package of the answer, asks for, where the answer meets it and another package that
could be in some answer would meet it too. The packages of an `or` are one choice. The cost of another choice is that
of the best answer that has it and none of the packages chosen for this; where there is no such answer, of the best
that has it beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from optimizer.explain.answered import Answered
from optimizer.explain.difference import StageChange, stage_changes
from optimizer.model.question import Question
from optimizer.model.solution import SolveStatus
from optimizer.model.usable import usable_packages
from optimizer.problem.supposition import UnknownSuppositionError
from optimizer.universe.instance import Formula, Instance, Package, PackageOrigin, RequirementKind

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)
#: What stands upstream for a downstream name, among the names of packages.
EQUIVALENT = "equivalent:"


class Stead(StrEnum):
    """Whether another package can take the place of what was chosen, or can only be in beside it."""

    INSTEAD = "instead"
    BESIDE = "beside"


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """Another package for a choice, and the best answer that has it; `status` is `proven` where both answers are.

    `packages` are the NEVRAs it can be: all candidates of one name and architecture, or one of them alone where
    versions are told apart. `stages` are the answer's and that answer's; `tie` says that it could take the place of
    what was chosen at no cost in any stage: the tie-break alone decided.
    """

    name: str
    packages: tuple[str, ...]
    origins: tuple[str, ...]
    stead: Stead
    status: str
    stages: tuple[StageChange, ...]
    tie: bool


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One choice: what was asked and by whom, what was chosen, and what else could be, the cheapest first.

    `asked` are all texts that put this very choice, `askers` features (`feature: TEXT`) and NEVRAs.
    """

    asked: tuple[str, ...]
    askers: tuple[str, ...]
    chosen: tuple[str, ...]
    options: tuple[Option, ...]

    @property
    def tied(self) -> bool:
        """Whether the tie-break alone decided against at least one option."""
        return any(option.tie for option in self.options)


class Alternatives(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice of an answer: those with a tie first, then by their cheapest option, then by what is asked."""

    problem: str
    choices: tuple[Choice, ...]
    weighted: bool = False


_Key = tuple[str, ...]


@dataclass(slots=True)
class _Open:
    """A choice whose options have no cost yet: packages by what makes them one option."""

    chosen: frozenset[int]
    options: dict[_Key, frozenset[int]]
    asked: set[str] = field(default_factory=set)
    askers: set[str] = field(default_factory=set)


def alternatives(
    answered: Answered,
    words: Sequence[str] = (),
    *,
    versions: bool = False,
    on_start: Callable[[int], None] = lambda _total: None,
    on_option: Callable[[], None] = lambda: None,
) -> Alternatives:
    """Return the choices of an answer, or those that a word speaks of: what is asked, or a package's name.

    Versions of one name are one option, and no choice among themselves, unless `versions`. `on_start` hears how many
    options there are, `on_option` of each one priced. Raises NoAnswerError, UnknownSuppositionError, TimeoutError.
    """
    answered.require_answer()
    choices = [one for one in _open_choices(answered, versions=versions) if _speaks(answered.instance, one, words)]
    _refuse_unknown(answered.instance, choices, words)
    pairs = {(packages, one.chosen) for one in choices for packages in one.options.values()}
    on_start(len(pairs))
    costs: dict[tuple[frozenset[int], frozenset[int]], tuple[Stead, str, tuple[StageChange, ...]]] = {}
    for packages, chosen in sorted(pairs, key=lambda pair: (sorted(pair[0]), sorted(pair[1]))):
        costs[packages, chosen] = _cost(answered, packages, chosen)
        on_option()
    found = [_choice(answered.instance, one, costs) for one in choices]
    return Alternatives(
        problem=answered.instance.problem,
        choices=tuple(sorted(found, key=lambda choice: (_rank(choice.options[0]), choice.asked, choice.chosen))),
        weighted=any(source.weight != 1 for source in answered.instance.sources),
    )


def _open_choices(answered: Answered, *, versions: bool) -> list[_Open]:
    """Return the choices with the packages that can be in some answer; the same one asked by many is one."""
    instance, chosen = answered.instance, answered.chosen
    put = [(asker, text, held) for asker, text, f in _demands(answered) for held in _provider_sets(instance, f)]
    put = [(asker, text, held) for asker, text, held in put if held & chosen and held - chosen]
    others = frozenset[int]().union(*(held - chosen for _, _, held in put))
    usable = usable_packages(answered.engine, others, answered.budget)
    choices: dict[tuple[frozenset[int], frozenset[frozenset[int]]], _Open] = {}
    for asker, text, held in put:
        mine = held & chosen
        options = _options(instance, held & usable, mine, versions=versions)
        if options:
            key = (mine, frozenset(options.values()))
            choice = choices.setdefault(key, _Open(mine, options))
            choice.asked.add(text)
            choice.askers.add(asker)
    return list(choices.values())


def _demands(answered: Answered) -> Iterator[tuple[str, str, Formula]]:
    """Yield who asks what for which the answer had to choose."""
    instance, solution = answered.instance, answered.solution
    for index, feature in enumerate(instance.features):
        if feature.required or index in solution.features:
            yield f"feature: {feature.text}", feature.text, feature.formula
    unmet = set(solution.unmet)
    for index, requirement in enumerate(instance.requirements):
        weak = requirement.kind is RequirementKind.RECOMMENDS and index not in unmet
        if requirement.package in answered.chosen and (requirement.kind in _HARD or weak):
            yield instance.packages[requirement.package].nevra, requirement.text, requirement.formula


def _provider_sets(instance: Instance, formula: Formula, sign: bool = True) -> Iterator[frozenset[int]]:
    """Yield the sets of packages of each of which a formula needs one; parts of an `or` are one set."""
    if isinstance(formula, int):
        if sign:
            yield frozenset(instance.capabilities[formula].providers)
        return
    operator, *parts = formula
    if operator == "not":
        yield from _provider_sets(instance, parts[0], not sign)
        return
    sets = [list(_provider_sets(instance, part, sign)) for part in parts]
    if (operator == "all") is sign:
        yield from (held for found in sets for held in found)
        return
    yield frozenset[int]().union(*(held for found in sets for held in found))


def _options(
    instance: Instance, others: frozenset[int], chosen: frozenset[int], *, versions: bool
) -> dict[_Key, frozenset[int]]:
    def key(package: Package) -> _Key:
        names = (package.name, package.arch)
        return (*names, package.nevra, package.repository) if versions else names

    mine = {key(instance.packages[index]) for index in chosen}
    options: dict[_Key, set[int]] = {}
    for index in sorted(others):
        options.setdefault(key(instance.packages[index]), set()).add(index)
    return {name: frozenset(held) for name, held in options.items() if name not in mine}


def _speaks(instance: Instance, choice: _Open, words: Sequence[str]) -> bool:
    return not words or any(word in _names(instance, choice) for word in words)


def _names(instance: Instance, choice: _Open) -> set[str]:
    packages = choice.chosen.union(*choice.options.values())
    return choice.asked | {_plain(instance.packages[index].name) for index in packages}


def _refuse_unknown(instance: Instance, choices: list[_Open], words: Sequence[str]) -> None:
    there: set[str] = set()
    for choice in choices:
        there |= _names(instance, choice)
    for word in words:
        if word not in there:
            known = {capability.text for capability in instance.capabilities}
            known |= {_plain(package.name) for package in instance.packages}
            raise UnknownSuppositionError("", word, "choice in the answer", known - {word})


def _cost(
    answered: Answered, packages: frozenset[int], chosen: frozenset[int]
) -> tuple[Stead, str, tuple[StageChange, ...]]:
    for stead in Stead:
        without = chosen if stead is Stead.INSTEAD else frozenset[int]()
        question = Question(with_one_of=(packages,), without_packages=without)
        found = answered.engine.solve(question, answered.budget, unique=False)
        if found.status is SolveStatus.UNKNOWN:
            raise TimeoutError
        if found.solved:
            stages = tuple(stage for stage in found.stages if stage.objective != "tie_break")
            return stead, answered.status_beside(found), stage_changes(answered.solution.stages, stages)
    raise AssertionError("a usable package is in no answer")


def _choice(
    instance: Instance,
    choice: _Open,
    costs: dict[tuple[frozenset[int], frozenset[int]], tuple[Stead, str, tuple[StageChange, ...]]],
) -> Choice:
    options = []
    for packages in choice.options.values():
        held = [instance.packages[index] for index in sorted(packages)]
        stead, status, stages = costs[packages, choice.chosen]
        options.append(
            Option(
                name=held[0].name if len(held) > 1 else _label(held[0]),
                packages=tuple(package.nevra for package in held),
                origins=tuple(sorted({package.origin.value for package in held})),
                stead=stead,
                status=status,
                stages=stages,
                tie=stead is Stead.INSTEAD and not any(stage.change for stage in stages),
            )
        )
    return Choice(
        asked=tuple(sorted(choice.asked)),
        askers=tuple(sorted(choice.askers, key=lambda asker: (not asker.startswith("feature: "), asker))),
        chosen=tuple(_label(instance.packages[index]) for index in sorted(choice.chosen)),
        options=tuple(sorted(options, key=lambda option: (_rank(option), option.name))),
    )


def _rank(option: Option) -> tuple[bool, tuple[int, ...]]:
    """Rank options by what they cost, in the order of the stages; those that replace what was chosen first."""
    signs = {"features": -1}
    changes = tuple(signs.get(stage.objective, 1) * (stage.change or 0) for stage in option.stages)
    return option.stead is Stead.BESIDE, changes


def _label(package: Package) -> str:
    """Return a NEVRA, or the mere name of what is no package: `equivalent:NAME`, a pattern."""
    return package.name if package.origin is PackageOrigin.VIRTUAL else package.nevra


def _plain(name: str) -> str:
    """Return a name without the mark of what the product made itself."""
    return name.removeprefix(EQUIVALENT)
