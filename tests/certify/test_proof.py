"""The checker takes Exact's proofs, trimmed, and no proof of what is false; hostile ones are refused."""

from __future__ import annotations

import re
import signal
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.certify.formula import BadFormulaError, Formula, read_formula
from optimizer.certify.inequality import Inequality, write_inequality
from optimizer.certify.log import refutation
from optimizer.certify.proof import BadProofError, check_proof
from tests.certify.formulas import VARIABLES, formula_of, formulas, satisfiable

exact = pytest.importorskip("exact", reason="pip install 'pkgset[certify]'")

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
PIGEONS = [
    "+1 x1 +1 x2 >= 1 ;",
    "+1 x3 +1 x4 >= 1 ;",
    "-1 x1 -1 x3 >= -1 ;",
    "-1 x2 -1 x4 >= -1 ;",
    "+1 x1 -1 x4 >= 0 ;",
]


def log_of(formula: Formula, directory: Path) -> tuple[str, bytes]:
    """What Exact says of a formula, and its log."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    solver = exact.Exact([("proof-log", str(directory / "log")), ("verbosity", "0")])
    for number, handler in before.items():
        signal.signal(number, handler)  # Exact takes them
    for variable in range(1, VARIABLES + 1):
        solver.addVariable(f"x{variable}", 0, 1)
    for held in formula.inequalities:
        negative = sum(weight for one, weight in held.terms.items() if one < 0)
        terms = [(weight if one > 0 else -weight, f"x{abs(one)}") for one, weight in held.terms.items()]
        solver.addConstraint(terms, True, held.degree - negative)
    word: str = solver.runFull(False, 10)
    del solver  # it writes the end of its log when it goes
    return word, (directory / "log.proof").read_bytes()


def formula_text(formula: Formula) -> bytes:
    return "".join(f"{write_inequality(one)}\n" for one in formula.inequalities).encode()


@SLOW
@given(formulas(least=4))
def test_exact_is_right_and_its_proof_is_taken(tmp_path_factory: pytest.TempPathFactory, formula: Formula) -> None:
    word, log = log_of(formula, tmp_path_factory.mktemp("exact"))
    assert (word == "SAT") is satisfiable(formula.inequalities)
    if word != "SAT":
        assert check_proof(formula, refutation(formula, log)) >= 0


@SLOW
@given(formulas(least=4), st.data())
def test_no_proof_is_taken_of_what_is_false(
    tmp_path_factory: pytest.TempPathFactory, formula: Formula, data: st.DataObject
) -> None:
    """A proof of another formula, or a damaged one, is taken only where what it says is true."""
    word, log = log_of(formula, tmp_path_factory.mktemp("exact"))
    if word == "SAT":
        return
    proof = bytearray(refutation(formula, log))
    place = data.draw(st.integers(0, len(proof) - 1))
    proof[place] = data.draw(st.sampled_from(b"0123456789 +*dsw~x;\n>=-"))
    dropped = data.draw(st.integers(0, len(formula.inequalities) - 1))
    weaker = [*formula.inequalities]
    weaker[dropped] = Inequality({}, 0)
    for asked in (formula, formula_of(weaker)):
        for offered in (bytes(proof), refutation(formula, log)):
            try:
                check_proof(asked, offered)
            except BadProofError:
                continue
            assert not satisfiable(asked.inequalities)


def proof_lines(*steps: str, last: int) -> bytes:
    begin = ["pseudo-Boolean proof version 3.0", f"f {len(PIGEONS)} ;"]
    return "\n".join(
        [*begin, *steps, "output NONE ;", f"conclusion UNSAT : {last} ;", "end pseudo-Boolean proof ;", ""]
    ).encode()


def test_a_proof_by_hand_is_taken_and_only_for_its_formula() -> None:
    formula = read_formula("\n".join(PIGEONS).encode())
    closed = read_formula("\n".join([*PIGEONS, "-1 x1 >= 0 ;", "-1 x3 >= 0 ;"]).encode())
    assert (satisfiable(formula.inequalities), satisfiable(closed.inequalities)) == (True, False)
    steps = ("rup +1 x2 >= 1 ;", "pol 2 7 + 1 * s ;", "del id 8 ;", "pol 4 9 + ;", "pol 1 6 + 10 + ;")
    proof = proof_lines(*steps, last=11).replace(b"f 5 ;", b"f 7 ;")
    assert check_proof(closed, proof) == 5
    with pytest.raises(BadProofError, match="does not begin"):
        check_proof(formula, proof)


@pytest.mark.parametrize(
    ("steps", "last", "why"),
    [
        (("rup >= 1 ;",), 6, "unit propagation does not show"),
        (("pol 1 ;",), 6, "no contradiction"),
        (("pol 1 2 ;",), 6, "no calculation"),
        (("pol 9 ;",), 6, "no calculation"),
        (("pol 0 1 + ;",), 6, "no calculation"),
        (("pol -1 ;",), 6, "no calculation"),
        (("pol 1 0 * ;",), 6, "no calculation"),
        (("pol 1 0 d ;",), 6, "no calculation"),
        (("pol 1 2 w ;",), 6, "no calculation"),
        (("pol + ;",), 6, "no calculation"),
        (("pol  ;",), 6, "no calculation"),
        (("pol 1 2 +",), 6, "no step"),
        (("pol ~x1 y2 + ;",), 6, "no calculation"),
        (("pol x0 ;",), 6, "no calculation"),
        ((f"pol 1{' 9223372036854775807 *' * 400} ;",), 6, "too large"),
        ((f"pol 1 {'9' * 5000} * ;",), 6, "no calculation"),
        ((f"pol {'9' * 5000} ;",), 6, "no calculation"),
        (("rup +1 x1 >= ;",), 6, "no inequality"),
        (("red >= 1 ; x1 -> 0",), 6, "no step"),
        (("a >= 1 ;",), 6, "no step"),
        (("ia >= 1 ;",), 6, "no step"),
        (("del id 1 ;",), 1, "deletes what is not there"),
        (("del id x ;",), 1, "deletes what is not there"),
        (("pol 1 2 + ;", "del id 6 ;", "pol 6 ;"), 7, "no calculation"),
        ((), 0, "no contradiction"),
        ((), 7, "no contradiction"),
    ],
)
def test_what_proves_nothing_is_refused(steps: tuple[str, ...], last: int, why: str) -> None:
    with pytest.raises(BadProofError, match=re.escape(why)):
        check_proof(read_formula("\n".join(PIGEONS).encode()), proof_lines(*steps, last=last))


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "output NONE ;\n",
        "output NONE ;\nconclusion UNSAT ;\nend pseudo-Boolean proof ;\n",
        "output NONE ;\nconclusion SAT : 1 ;\nend pseudo-Boolean proof ;\n",
        "output NONE ;\nconclusion UNSAT : 1 ;\nend pseudo-Boolean proof ;\nrup >= 0 ;\n",
    ],
)
def test_a_proof_without_its_end_is_refused(ending: str) -> None:
    begin = f"pseudo-Boolean proof version 3.0\nf {len(PIGEONS)} ;\n"
    with pytest.raises(BadProofError):
        check_proof(read_formula("\n".join(PIGEONS).encode()), (begin + ending).encode())


def test_a_proof_that_is_made_to_cost_memory_is_refused_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Millions of lines took many times their memory before the first was looked at."""
    formula = read_formula("\n".join(PIGEONS).encode())
    begin = f"pseudo-Boolean proof version 3.0\nf {len(PIGEONS)} ;\n".encode()
    proof = begin + b"\n" * (4 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(BadProofError, match="no step that is known here: ''"):
            check_proof(formula, proof)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    monkeypatch.setattr("optimizer.certify.proof.LONGEST_LINE_BYTES", 1 << 20)
    with pytest.raises(BadProofError, match="line 3: it is longer than 1 MiB"):
        check_proof(formula, begin + b"pol 1" + b" 1 +" * (1 << 18) + b" ;\n")


@pytest.mark.parametrize(
    "log", [b"", b"pseudo-Boolean proof version 1.1\n", b"pseudo-Boolean proof version 1.1\nq 1\nc 1\n"]
)
def test_a_log_that_proves_nothing_is_refused(log: bytes) -> None:
    with pytest.raises(BadProofError):
        refutation(read_formula("\n".join(PIGEONS).encode()), log)


def test_a_formula_names_the_line_that_is_none() -> None:
    with pytest.raises(BadFormulaError, match="line 2"):
        read_formula(b"* a remark\n+1 x1 = 1 ;\n")
