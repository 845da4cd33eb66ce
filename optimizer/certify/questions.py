"""The questions of a certificate: one that has the answer, and for each stage one that must have none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from optimizer.certify.certificate import VARIABLES
from optimizer.certify.formula import read_formula
from optimizer.certify.proof import END, HEADER, OUTPUT
from optimizer.export.exported import plain
from optimizer.export.opb import write_question
from optimizer.export.pseudo_boolean import Bound, PseudoBoolean
from optimizer.universe.instance import Instance


@dataclass(frozen=True, slots=True)
class Question:
    """An OPB formula, the file's name without `.opb`, the objective that nothing may better, if there is one."""

    name: str
    content: bytes
    objective: str | None = None
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """All questions about one Instance whose stages have some values, or that has no answer."""

    made: PseudoBoolean
    values: tuple[int, ...] | None

    @classmethod
    def about(cls, instance: Instance, values: Sequence[int] | None) -> Questions:
        """Return the questions about an Instance; `values` of its first stages, None where it has no answer."""
        return cls(PseudoBoolean.of(instance), None if values is None else tuple(values))

    def better(self) -> Iterator[Question]:
        """Yield the questions that have no answer if what is certified is true."""
        made = self.made
        if self.values is None:
            yield Question("no-answer", self._write(made.bounds, ["is there any answer? There must be none."]))
            return
        held: list[Bound] = []
        for place, (stage, value) in enumerate(zip(made.stages, self.values, strict=False)):
            bound = stage.bound(value)
            word = "more" if stage.sign < 0 else "less"
            remarks = [f"is there an answer with {word} {stage.kind.value} than {value}? There must be none."]
            remarks += self._remarks(place)
            asked = [*made.bounds, *held, Bound(bound.terms, bound.at_most - 1)]
            name = f"{place + 1}-{stage.kind.value}"
            yield Question(name, self._write(asked, remarks), stage.kind.value, value)
            held.append(bound)

    def answer(self) -> bytes:
        """Return the question that the answer is an answer to: every rule, and no stage worse than its value."""
        assert self.values is not None, "there is an answer"
        held = [stage.bound(value) for stage, value in zip(self.made.stages, self.values, strict=False)]
        remarks = [f"what the variables in {VARIABLES} keep", *self._remarks(len(self.values))]
        return self._write([*self.made.bounds, *held], remarks)

    def _remarks(self, stages: int) -> Iterator[str]:
        for stage, value in zip(self.made.stages[:stages], self.values or (), strict=False):
            yield f"{stage.kind.value} no {'less' if stage.sign < 0 else 'more'} than {value}"

    def _write(self, bounds: Sequence[Bound], remarks: Iterable[str]) -> bytes:
        instance = self.made.instance
        lines = [f"{plain(instance.problem)} for {plain(instance.arch)}, written by pkgset certify", *remarks]
        packages = enumerate(instance.packages, 1)
        names = [f"x{place} {plain(one.nevra)} of {plain(one.repository)}" for place, one in packages]
        return write_question(self.made, bounds, [*lines, *names])


def witness(formula: bytes, literals: Iterable[str]) -> bytes:
    """Return an assignment as VeriPB's proof that an OPB formula has an answer."""
    count = len(read_formula(formula).inequalities)
    return "\n".join(
        [HEADER, f"f {count} ;", f"sol {' '.join(literals)} ;", OUTPUT, "conclusion SAT ;", END, ""]
    ).encode()


def variables(made: PseudoBoolean, chosen: Iterable[int]) -> bytes:
    """Return what each variable is and whether it is true, a line a variable in three columns."""
    instance, true = made.instance, made.true_variables(chosen)
    what = [f"{plain(one.nevra)} of {plain(one.repository)}" for one in instance.packages]
    what += ["auxiliary"] * (made.variables - len(what))
    return "".join(f"x{place}\t{int(place in true)}\t{one}\n" for place, one in enumerate(what, 1)).encode()


def spelt(made: PseudoBoolean, chosen: Iterable[int]) -> list[str]:
    """Return every variable as a literal that is true where some packages are chosen."""
    true = made.true_variables(chosen)
    return [f"{'' if variable in true else '~'}x{variable}" for variable in range(1, made.variables + 1)]
