"""What somebody offers as a certificate: its files, with digests that fit; formulas and proofs by themselves."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from optimizer.certify.certificate import CERTIFICATE, SUMS, VARIABLES, sums
from optimizer.certify.formula import BadFormulaError, Formula, read_formula
from optimizer.certify.proof import BadProofError, check_proof
from tests.certify.formulas import formula_of, satisfiable
from tests.fuzz.mutate import Kind
from tests.fuzz.target import Contain, Run, Target

_SECONDS = 60.0
#: Two pigeons, one hole: it has no answer.
_FORMULA = b"+1 x1 +1 x2 >= 2 ;\n-1 x1 -1 x2 >= -1 ;\n+1 x3 +1 x4 +1 x5 >= 1 ;\n"
_PROOF = b"""pseudo-Boolean proof version 3.0
f 3 ;
pol 1 2 + ;
output NONE ;
conclusion UNSAT : 4 ;
end pseudo-Boolean proof ;
"""


@cache
def _certificate() -> Path:
    """A certificate of a small answer, kept until this process ends; Exact proves what it says."""
    from optimizer.certify.keep import keep
    from optimizer.certify.make import certify
    from optimizer.model.budget import Budget
    from optimizer.repository.progress import Silent
    from tests.certify.results import hardly_small, written

    folder = Path(tempfile.mkdtemp(prefix="pkgset-fuzz-certificate-"))
    atexit.register(shutil.rmtree, folder)
    made = certify(written(hardly_small(), folder), Budget(_SECONDS), Silent(), by_proof=True)
    return keep(made.files, folder / "certificate")


def _proof() -> str:
    """The name of its longest proof."""
    return max(_certificate().glob("*.pbp"), key=lambda path: (path.stat().st_size, path.name)).name


def _changed(part: str | None) -> Run:
    def check(data: bytes, place: Path, contain: Contain) -> None:
        from optimizer.answer.stored import BadResultError
        from optimizer.certify.recheck import recheck
        from optimizer.model.budget import Budget

        offered = place / "certificate"
        shutil.copytree(_certificate(), offered)
        (offered / (part or _proof())).write_bytes(data)
        names = (path.name for path in offered.iterdir() if path.name != SUMS)
        (offered / SUMS).write_bytes(sums({name: (offered / name).read_bytes() for name in names}))
        found = recheck(offered, Budget(_SECONDS))
        if found.faults:
            raise BadResultError(offered, found.faults[0])
        true = recheck(_certificate(), Budget(_SECONDS)).certificate
        assert true is not None
        assert found.certificate is not None
        # Who made it, with what, is what it says of itself: no check rests on it.
        said = {"programs": found.certificate.programs, "versions": found.certificate.versions}
        assert found.certificate == replace(true, **said)

    return check


def _seed(part: str | None) -> tuple[bytes, ...]:
    return ((_certificate() / (part or _proof())).read_bytes(),)


def _run_formula(data: bytes, place: Path, contain: Contain) -> None:
    """The same proof of another formula is taken where that has no answer either."""
    try:
        formula = read_formula(data)
    except BadFormulaError as error:
        raise _refused(place, error) from error
    _check(formula, _PROOF, place)


def _run_proof(data: bytes, place: Path, contain: Contain) -> None:
    """No proof is taken of a formula that has an answer."""
    formula = read_formula(_FORMULA)
    for left_out in range(2):
        weaker = formula_of(one for place, one in enumerate(formula.inequalities) if place != left_out)
        try:
            check_proof(weaker, data)
        except BadProofError:
            continue
        raise AssertionError("a proof of what is false")
    _check(formula, data, place)


def _check(formula: Formula, proof: bytes, place: Path) -> None:
    try:
        check_proof(formula, proof)
    except BadProofError as error:
        raise _refused(place, error) from error
    names = {abs(one) for held in formula.inequalities for one in held.terms}
    assert not names <= set(range(1, 6)) or not satisfiable(formula.inequalities)


def _refused(place: Path, error: Exception) -> Exception:
    from optimizer.answer.stored import BadResultError

    return BadResultError(place, str(error))


TARGETS = (
    Target("certificate", Kind.TREE, lambda: _seed(CERTIFICATE), _changed(CERTIFICATE)),
    Target("certificate-answer", Kind.TEXT, lambda: _seed(VARIABLES), _changed(VARIABLES)),
    Target("certificate-proof", Kind.TEXT, lambda: _seed(None), _changed(None)),
    Target("formula", Kind.TEXT, lambda: (_FORMULA,), _run_formula),
    Target("proof", Kind.TEXT, lambda: (_PROOF,), _run_proof),
)
