"""WCNF as the MaxSAT evaluations have had it since 2022: the question for RC2, MaxHS, Pacose and their like.

Limits and earlier stages are sums, which are clauses here only by way of adders. Source: MaxSAT Evaluation 2022,
"Input format".
"""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.export.adder import bound_clauses
from optimizer.export.format import SolverFormat
from optimizer.export.pseudo_boolean import PseudoBoolean
from optimizer.export.staged import comments, later_stages, staged
from optimizer.universe.instance import Instance


def write(instance: Instance) -> bytes:
    """Return the question of the first stage."""
    return write_stage(instance, ())


def write_stage(instance: Instance, optima: Sequence[int]) -> bytes:
    """Return the question of the stage after those whose optima are given; raises UnknownStageError.

    The cost of an answer is the objective without what negative weights take off, which a comment says.
    """
    made = PseudoBoolean.of(instance)
    stage, bounds = staged(made, optima)
    lines = [f"c {line}" for line in comments(made, stage, optima)]
    clauses = made.clauses + [clause for held in bounds for clause in bound_clauses(held, made.new_variable)]
    lines += [f"h {' '.join(map(str, clause))} 0".replace("  ", " ") for clause in clauses]
    terms = () if stage is None else stage.sum.terms
    lines.append(f"c objective = cost - {-sum(weight for weight, _ in terms if weight < 0)}")
    lines += [f"{abs(weight)} {-one if weight > 0 else one} 0" for weight, one in terms]
    return ("\n".join(lines) + "\n").encode()


FORMAT = SolverFormat(
    title="WCNF (MaxSAT solvers)",
    file_name="problem.wcnf",
    media_type="text/plain",
    write=write,
    lost=later_stages,
    write_stage=write_stage,
)
