"""The choices of an answer in words for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.explain.alternatives import EQUIVALENT, Alternatives, Choice, Option, Stead
from optimizer.report.objective import change
from optimizer.report.quantity import counted, listed
from optimizer.report.wrapping import wrapped

_OPTIONS, _NAMED = 5, 3


def alternatives_text(found: Alternatives, *, whole: bool = False) -> str:
    """Return every choice with what was chosen, by whom it was asked, and what each other choice would cost.

    Beyond the first few, options and names are counted only, unless `whole`.
    """
    if not found.choices:
        return f"{found.problem}: no choice: all that is asked for has one provider that can be in an answer\n"
    tied = sum(choice.tied for choice in found.choices)
    words = f"{found.problem}: {counted(len(found.choices), 'choice')}"
    words += f", {tied:,} of them decided by the tie-break alone" if tied else ""
    blocks = ["\n".join(_wrapped(words))]
    blocks += ["\n".join(_choice(choice, whole=whole)) for choice in found.choices]
    return "\n\n".join(blocks) + "\n"


def _choice(choice: Choice, *, whole: bool) -> Iterator[str]:
    most = None if whole else _NAMED
    asked = _listed(choice.asked, most)
    askers = [asker.removeprefix("feature: ") if asker.startswith("feature: ") else asker for asker in choice.askers]
    features = [asker for asker in choice.askers if asker.startswith("feature: ")]
    kind = "feature " if features else ""
    whose = "" if tuple(askers) == choice.asked and features else f", asked by {kind}{_listed(askers, most)}"
    tie = ": a tie" if choice.tied else ""
    yield from _wrapped(f"{asked}{whose}{tie}")
    yield from _wrapped(f"chosen {_listed([provider_words(name) for name in choice.chosen], most)}", "  ")
    shown = choice.options if whole else choice.options[:_OPTIONS]
    for option in shown:
        yield from _wrapped(option_sentence(option), "  ")
    if len(shown) < len(choice.options):
        last = choice.options[-1]
        rest = counted(len(choice.options) - len(shown), "other")
        yield from _wrapped(f"or {rest}, the dearest {provider_words(last.name)}: {_cost(last)}", "  ")


def option_sentence(option: Option) -> str:
    """Return another choice and what it would cost: `or coreutils-8.32: +14.8 MiB installed size, +1 packages`."""
    stead = "or" if option.stead is Stead.INSTEAD else "only beside it:"
    facts = [counted(len(option.packages), "candidate")] if len(option.packages) > 1 else []
    facts += [listed(option.origins, len(option.origins))] if set(option.origins) - {"upstream", "virtual"} else []
    more = f" ({', '.join(facts)})" if facts else ""
    return f"{stead} {provider_words(option.name)}{more}: {_cost(option)}"


def provider_words(name: str) -> str:
    """Return a package of a choice as people would name it: what stands for a downstream name by that name."""
    plain = name.removeprefix(EQUIVALENT)
    return name if plain == name else f"what stands for {plain} upstream"


def _cost(option: Option) -> str:
    changes = [change(stage.objective, stage.change) for stage in option.stages if stage.change]
    doubt = "" if option.status == "proven" else " (not proven)"
    if option.tie:
        return f"the same in every stage, the tie-break alone decided{doubt}"
    return (", ".join(changes) or "the same in every stage") + doubt


def _listed(names: tuple[str, ...] | list[str], most: int | None) -> str:
    return listed(names, len(names) if most is None else most)


def _wrapped(text: str, first: str = "") -> list[str]:
    return wrapped(text, first, first + "    ")
