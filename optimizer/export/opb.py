"""OPB, the format of the pseudo-Boolean competitions: the question for RoundingSat, Sat4j, clasp and their like.

Source: "Input/Output Format and Solver Requirements for the Competitions of Pseudo-Boolean Solvers" (Roussel and
Manquinho).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.export.format import SolverFormat
from optimizer.export.pseudo_boolean import Bound, PseudoBoolean, Sum, Term
from optimizer.export.staged import comments, later_stages, staged
from optimizer.universe.instance import Instance


def write(instance: Instance) -> bytes:
    """Return the question of the first stage."""
    return write_stage(instance, ())


def write_stage(instance: Instance, optima: Sequence[int]) -> bytes:
    """Return the question of the stage after those whose optima are given; raises UnknownStageError."""
    made = PseudoBoolean.of(instance)
    stage, bounds = staged(made, optima)
    return write_question(made, bounds, comments(made, stage, optima), None if stage is None else stage.sum)


def write_question(
    made: PseudoBoolean, bounds: Sequence[Bound], remarks: Iterable[str], objective: Sum | None = None
) -> bytes:
    """Return the clauses and some bounds, what is to be minimised, and remarks of one line each."""
    lines = [f"* #variable= {made.variables} #constraint= {len(made.clauses) + len(bounds)}"]
    lines += [f"* {line}" for line in remarks]
    if objective is not None:
        lines.append(f"min: {_terms(objective.terms)};")
    for clause in made.clauses:
        negative = sum(literal < 0 for literal in clause)
        lines.append(f"{_terms((1 if one > 0 else -1, abs(one)) for one in clause)}>= {1 - negative} ;")
    lines += [f"{_terms((-weight, one) for weight, one in held.terms)}>= {-held.at_most} ;" for held in bounds]
    return ("\n".join(lines) + "\n").encode()


def _terms(terms: Iterable[Term]) -> str:
    """Return a sum, of nothing as 0 times the first variable: a sum without terms is no sum to some parsers."""
    return "".join(f"{weight:+d} x{variable} " for weight, variable in terms) or "+0 x1 "


FORMAT = SolverFormat(
    title="OPB (pseudo-Boolean solvers)",
    file_name="problem.opb",
    media_type="text/plain",
    write=write,
    lost=later_stages,
    write_stage=write_stage,
)
