"""`pkgset certify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import DIRECTORY, json_option, quiet_option
from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.certify.certificate import Certificate
    from optimizer.model.solver import Budget


@click.command()
@click.argument("result", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="RESULT")
@click.option("-o", "--output", type=DIRECTORY, help="Where the certificate goes.  [default: RESULT/certificate]")
@click.option("--check", is_flag=True, help="Check the certificate of RESULT, or in RESULT, and write nothing.")
@click.option(
    "--by",
    type=click.Choice(["proof", "solvers"]),
    help="Proofs, or what other solvers say.  [default: proofs, where a solver that writes them is installed]",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop after so long, without a certificate.",
)
@json_option
@quiet_option
def certify(
    result: Path,
    output: Path | None,
    check: bool,
    by: str | None,
    time_limit: float | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Write a certificate that others can check: the answer is allowed, and nothing is better.

    RESULT is a directory that `pkgset solve` wrote. The question is written as OPB a second time, without the model
    that found the answer. For each objective there is one formula that must have no answer: all rules, earlier
    objectives no worse, this one better. Exact (pkgset[certify]) proves that, its proof is checked by pkgset's own
    checker, and is kept in VeriPB's format: VeriPB checks it without pkgset. Without Exact, or with --by solvers,
    clasp, aspcud and mccs are asked instead; the certificate then says "solvers agree". An infeasible problem gets
    a certificate that it has no answer.

    --check makes everything again from the certificate's own files: digests, formulas, answer, proofs. Exit code 4
    where anything is not as it says; 3 where a stage is not certified, or a solver is not here to be asked again.
    """
    from optimizer.cli.terminal import terminal
    from optimizer.model.solver import Budget

    budget = Budget(time_limit)
    if check:
        if output is not None or by is not None:
            raise click.UsageError("--check writes nothing and asks what the certificate says: no -o, no --by")
        return _check(result, budget, as_json)
    from optimizer.certify.keep import keep
    from optimizer.certify.make import certify as make
    from optimizer.certify.prover import prover_version

    by_proof = prover_version() is not None if by is None else by == "proof"
    made = make(result, budget, terminal(quiet=quiet), by_proof=by_proof)
    directory = keep(made.files, output if output is not None else result / "certificate")
    code = 3 if _lacks_stages(made.certificate) else 0
    size = sum(map(len, made.files.values()))
    _tell(made.certificate, (), as_json, code, {"directory": str(directory), "bytes": size})
    if not as_json:
        from optimizer.cli.output import say
        from optimizer.report.quantity import mebibytes

        say(f"\nwritten: {directory}, {len(made.files)} files, {mebibytes(size)}", newline=True)
    return code


def _check(result: Path, budget: Budget, as_json: bool) -> int:
    from optimizer.certify.recheck import find_certificate, recheck

    directory = find_certificate(result)
    found = recheck(directory, budget, None if directory == result else result)
    lacking = found.not_asked or (found.certificate is not None and _lacks_stages(found.certificate))
    code = 4 if found.faults else 3 if lacking else 0
    if found.certificate is not None and not found.faults:
        _tell(found.certificate, found.not_asked, as_json, code, {"directory": str(directory)})
    elif as_json:
        from optimizer.cli.output import say_json

        say_json({"status": "refused", "directory": str(directory), "faults": found.faults, "exit_code": code})
    for fault in found.faults:
        tell(f"{directory}: {fault}")
    for unasked in found.not_asked:
        tell(f"warning: {directory}: {unasked}")
    return code


def _lacks_stages(certificate: Certificate) -> bool:
    """Whether more is not certified than that no other answer is as good."""
    return len(certificate.not_certified) > 1


def _tell(
    certificate: Certificate, not_asked: tuple[str, ...], as_json: bool, code: int, more: dict[str, str | int]
) -> None:
    from optimizer.cli.output import say, say_json

    if as_json:
        import msgspec

        document = {"status": certificate.level, "exit_code": code, "not_asked": not_asked}
        say_json(document | more | {"certificate": msgspec.to_builtins(certificate)})
    else:
        from optimizer.certify.words import certificate_text

        say(certificate_text(certificate))
