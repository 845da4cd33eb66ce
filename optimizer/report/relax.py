"""What could be given up, in words: each set of demands, and what the answer then comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from optimizer.answer.core import CorePart
from optimizer.answer.relaxation import GivenUp, Outcome, Relaxation
from optimizer.explain.relax import LeftOut, Relaxed
from optimizer.report.objective import amount, change, title
from optimizer.report.quantity import counted, mebibytes
from optimizer.report.reason import core_sentence, core_sentences
from optimizer.report.wrapping import wrapped

_SIZES = ("installed_size", "download_size")


def relaxed_text(found: Relaxed) -> str:
    """Return why there is no answer and what could be given up; of an answer, which optional features it lacks."""
    if not found.feasible:
        lines = [f"{found.problem}: infeasible: no package set has all of this", "", *core_lines(found.infeasible)]
        return "\n".join([*lines, "", *relaxation_lines(found.relaxations)]) + "\n"
    if not found.left_out:
        return f"{found.problem}: there is an answer, and it has every optional feature: nothing to give up\n"
    count = counted(len(found.left_out), "optional feature")
    lines = [f"{found.problem}: there is an answer; it leaves out {count}"]
    for feature in found.left_out:
        lines += ["", *_left_out(feature)]
    return "\n".join(lines) + "\n"


def core_lines(core: Iterable[CorePart]) -> Iterator[str]:
    """Yield a minimal core, a sentence a part."""
    yield "these cannot all hold, and none of them can be left out of the clash:"
    for sentence in core_sentences(core):
        yield from wrapped(sentence, "  - ", "    ")


def relaxation_lines(found: Iterable[Relaxation]) -> Iterator[str]:
    """Yield what could be given up, the fewest demands first, of as many the best answer; nothing if none helps."""
    ranked = None
    for number, relaxation in enumerate(found, start=1):
        ranked = relaxation.ranked
        if number == 1:
            yield "there is an answer if you"
        for place, given_up in enumerate(relaxation.given_up):
            lead = f"{number:>3}. " if place == 0 else "     and "
            yield from wrapped(_given_up(given_up), lead, "       ")
        yield from wrapped(f"then {_outcome(relaxation.then)}", "       ", "         ")
        if relaxation.without is not None and relaxation.without != relaxation.then:
            yield from wrapped(f"with no such limit {_outcome(relaxation.without)}", "       ", "         ")
    if ranked is not None:
        yield f"there are more sets of the last size: {ranked} of them were solved and ranked"


def _given_up(given_up: GivenUp) -> str:
    part = given_up.demand
    place = f"  [{part.where}]" if part.where else ""
    if given_up.enough is not None and given_up.now is not None:
        kind = part.text.partition(" >=")[0].partition(" <=")[0]
        verb, word = ("raise", "at most") if given_up.bound == "maximum" else ("lower", "at least")
        new, old = _exactly(kind, given_up.enough), amount(kind, given_up.now)
        return f"{verb} the limit on {title(kind)} to {word} {new}, from {old}{place}"
    if part.kind == "feature":
        return f"give up feature {part.text}{place}"
    if part.kind == "forbidden":
        return f"allow {part.text}{place}"
    return f"drop the {part.kind} {part.text}{place}"


def _exactly(kind: str, value: int) -> str:
    """A size is told to the byte as well: rounded down, it would be no answer's limit."""
    return f"{amount(kind, value)} ({value:,} bytes)" if kind in _SIZES else amount(kind, value)


def _outcome(outcome: Outcome) -> str:
    staged = [stage.objective for stage in outcome.stages]
    parts = [_least(outcome, stage.objective) + amount(stage.objective, stage.value) for stage in outcome.stages]
    parts = [
        f"{text} of {title(objective)}" if objective not in ("packages",) else text
        for text, objective in zip(parts, staged, strict=True)
    ]
    if "packages" not in staged:
        parts.append(counted(outcome.packages, "package"))
    if "installed_size" not in staged:
        parts.append(f"{_least(outcome, 'installed_size')}{mebibytes(outcome.installed_size)} of installed size")
    proven = "" if outcome.status == "proven" else " (not proven)"
    return f"the best answer has {', '.join(parts)}{proven}"


def _least(outcome: Outcome, objective: str) -> str:
    return "at least " if outcome.unknown_sizes and objective == "installed_size" else ""


def _left_out(feature: LeftOut) -> Iterator[str]:
    place = f"  [{feature.where}]" if feature.where else ""
    yield from wrapped(f"{feature.feature}, worth {feature.value}{place}", "", "  ")
    if feature.stages:
        changed = [change(one.objective, one.change) for one in feature.stages if one.change]
        doubt = "" if all(one.status == "optimal" for one in feature.stages) else " (not proven)"
        yield from wrapped(f"can be had: {', '.join(changed) or 'at no cost'}{doubt}", "  ", "    ")
        return
    yield "  cannot be had with what the problem asks for:"
    for part in feature.infeasible:
        yield from wrapped(core_sentence(part), "  - ", "    ")
    yield from (f"  {line}" for line in relaxation_lines(feature.relaxations))
    if not feature.relaxations:
        yield "  nothing that could be given up helps"
