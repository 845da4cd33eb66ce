"""A certificate in words for people."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.certify.certificate import Certificate, Refutation
from optimizer.report.objective import amount, title
from optimizer.report.quantity import counted


def certificate_text(certificate: Certificate) -> str:
    """Return what a certificate certifies and how far, line by line."""
    return "\n".join(_lines(certificate)) + "\n"


def _lines(certificate: Certificate) -> Iterator[str]:
    claim = "there is no answer" if certificate.claim == "infeasible" else "the answer is allowed, nothing is better"
    yield f"{certificate.problem}: {claim}; {certificate.level}"
    for one in certificate.refutations:
        yield f"  {_asked(one)}: {_shown(one)}"
    if certificate.accepted_by:
        yield f"  the answer keeps every rule and these values: checked by {' and '.join(certificate.accepted_by)}"
    for name in certificate.not_certified:
        yield f"  not certified: {name}"


def _asked(one: Refutation) -> str:
    if one.objective is None or one.value is None:
        return "nothing keeps every rule"
    word = "more" if one.objective == "features" else "less"
    return f"{title(one.objective)} {amount(one.objective, one.value)}, no answer has {word}"


def _shown(one: Refutation) -> str:
    if one.proof:
        return f"proof of {counted(one.steps, 'step')}, checked"
    return (
        f"{' and '.join(one.agreed_by)} agree, no proof" if len(one.agreed_by) > 1 else f"{one.agreed_by[0]} agrees"
    )
