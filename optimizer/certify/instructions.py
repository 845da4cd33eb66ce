"""What a certificate says of itself: how to check it without pkgset."""

from __future__ import annotations

from optimizer.certify.certificate import ANSWER, SUMS, VARIABLES, WITNESS, Certificate, Level
from optimizer.export.exported import plain

_MEANING = {
    Level.PROOF_CHECKED: "each question that must have no answer comes with a proof, accepted by pkgset's checker",
    Level.SOLVERS_AGREE: "there is no proof; at least two other solvers found no answer to the questions below",
    Level.ONE_SOLVER_AGREES: "there is no proof; one other solver found no answer to the questions below",
}


def readme(certificate: Certificate) -> bytes:
    """Return README.md."""
    infeasible = certificate.claim == "infeasible"
    claim = "has no answer" if infeasible else "has this answer, and no better one"
    lines = [
        f"# Certificate: {plain(certificate.problem)} {claim}",
        "",
        f"Level: **{certificate.level}**: {_MEANING[certificate.level]}.",
        "",
        "Every question is a formula in OPB, the format of the pseudo-Boolean competitions: variables that are 0 or",
        "1, and sums of them with a least value. A variable is a package, which the comments name, or auxiliary.",
        "",
        "| question | what it asks | must have | shown by |",
        "|---|---|---|---|",
    ]
    for one in certificate.refutations:
        asked = "any answer" if one.objective is None else f"`{one.objective}` better than {one.value}"
        shown = f"`{one.proof}`, {one.steps} steps" if one.proof else ", ".join(one.agreed_by)
        lines.append(f"| `{one.formula}` | {asked} | no answer | {shown} |")
    if not infeasible:
        lines.append(f"| `{ANSWER}` | these values, or better | an answer | `{WITNESS}`, `{VARIABLES}` |")
    if certificate.not_certified:
        lines += ["", f"Not certified: {', '.join(certificate.not_certified)}."]
    lines += ["", *_CHECKING.splitlines()]
    return ("\n".join(lines) + "\n").encode()


_CHECKING = f"""## Check it without pkgset

`sh check.sh` does all of it, with `sha256sum` and [VeriPB](https://gitlab.com/MIAOresearch/software/VeriPB) 3
(`cargo install veripb`):

    sha256sum --check {SUMS}
    veripb QUESTION.opb QUESTION.pbp      # gunzip a proof that ends in .gz first

Proofs are in VeriPB's format 3.0. VeriPB 2 should read them after
`sed -e '1s/3.0/2.0/' -e '/^rup/!s/ ;$//' QUESTION.pbp`. The authors of pkgset had no VeriPB to try either
with; `pkgset certify --check` has a checker of its own. Where there is no proof, give the question to any solver that
reads OPB (RoundingSat, Exact): it must say UNSATISFIABLE. clasp 3.3 counts in 32 bits and lets sums overflow: do not
believe it where the weights of a line add up to more than 2147483647.

## What is left to believe

The proofs say something of the formulas. That the formulas say what the packages say is the work of pkgset:
`pkgset certify --check` makes them from `problem.instance` again and compares every byte, and `problem.instance` is
JSON in Zstandard (`zstd -dc problem.instance`) that others can read: packages, what provides each capability, and
formulas over these. That it says what the repositories say is judged by `pkgset verify --problem`.
"""


def check_script(certificate: Certificate) -> bytes:
    """Return check.sh."""
    lines = [
        "#!/bin/sh",
        "# Checks this certificate with sha256sum and VeriPB 3 alone.",
        "set -eu",
        'cd "$(dirname "$0")"',
        f"sha256sum --check --quiet {SUMS}",
        "scratch=$(mktemp -d)",
        "trap 'rm -rf \"$scratch\"' EXIT",
    ]
    for one in certificate.refutations:
        if one.proof and one.proof.endswith(".gz"):
            lines += [f'gunzip -c {one.proof} > "$scratch/proof.pbp"', f'veripb {one.formula} "$scratch/proof.pbp"']
        elif one.proof:
            lines.append(f"veripb {one.formula} {one.proof}")
        else:
            lines.append(f"echo '{one.formula}: no proof here, ask a solver of your own' >&2")
    if certificate.claim == "optimal":
        lines.append(f"veripb {ANSWER} {WITNESS}")
    return ("\n".join(lines) + "\n").encode()
