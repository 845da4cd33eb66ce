"""CUDF 2.0 as a file: the question for aspcud, mccs and their like."""

from __future__ import annotations

from optimizer.export.cudf import write_cudf
from optimizer.export.format import Besides, Loss, SolverFormat
from optimizer.universe.instance import Instance


def write(instance: Instance) -> bytes:
    """Return an Instance as CUDF text."""
    return write_cudf(instance).text.encode()


def lost(instance: Instance) -> tuple[Loss, ...]:
    """Return the limits, which CUDF does not know: an answer to the text is a bound only."""
    limits = write_cudf(instance).lost
    return (Loss(Besides.LIMITS, "the limits, so an answer to it is a bound only", limits),) if limits else ()


FORMAT = SolverFormat(
    title="CUDF 2.0 (aspcud, mccs)",
    file_name="problem.cudf",
    media_type="text/plain",
    write=write,
    lost=lost,
)
