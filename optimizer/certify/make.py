"""A certificate made from a result: each question asked, each proof checked, all files held until all is done."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from optimizer.answer.manifest import Manifest, write_manifest
from optimizer.answer.stored import (
    INSTANCE,
    MANIFEST,
    BadResultError,
    checked_solution,
    read_manifest,
    read_record,
    read_stored,
    stored_instance,
)
from optimizer.certify.certificate import (
    ANSWER,
    CERTIFICATE,
    CHECK,
    README,
    SUMS,
    VARIABLES,
    WITNESS,
    Certificate,
    Program,
    Refutation,
    level_of,
    packed,
    sums,
)
from optimizer.certify.exact_run import PARAMETERS
from optimizer.certify.formula import read_formula
from optimizer.certify.instructions import check_script, readme
from optimizer.certify.prover import NAME, accepts, prove, prover_version
from optimizer.certify.questions import Question, Questions, spelt, variables, witness
from optimizer.certify.solvers import Solver, installed_solvers
from optimizer.export.pseudo_boolean import stage_kinds
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solver import Budget
from optimizer.problem.file import read_file
from optimizer.repository.progress import Progress
from optimizer.universe.instance import Instance
from optimizer.universe.snapshot import MAX_BYTES, encode_instance
from optimizer.version import VERSION

OURS = "pkgset"


class NotCertifiableError(ValueError):
    """A result that no certificate can be made of: where it lies, and why."""

    def __init__(self, directory: Path, why: str) -> None:
        super().__init__(directory, why)
        self.directory, self.why = directory, why

    def __str__(self) -> str:
        return f"{self.directory}: {self.why}"


class NobodyToAskError(ValueError):
    """No solver that could certify a question is installed, or none that can be asked it."""

    def __init__(self, formula: str) -> None:
        super().__init__(formula)
        self.formula = formula

    def __str__(self) -> str:
        return f"nobody to ask about {self.formula}: install pkgset[certify], which brings {NAME}, or clasp"


class RefutedError(AssertionError):
    """A question that should have no answer and has one, or the reverse: the result is wrong, or a solver is."""

    def __init__(self, formula: str, by: str) -> None:
        super().__init__(formula, by)
        self.formula, self.by = formula, by

    def __str__(self) -> str:
        return f"{self.by} contradicts the result: {self.formula} is not as it claims"


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate and all of its files by their names, certificate.json and the digests included."""

    certificate: Certificate
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a result says: the Instance, the packages and the values of the proven stages; none where infeasible."""

    instance: Instance
    chosen: frozenset[int] = frozenset()
    values: tuple[int, ...] | None = None
    left_out: tuple[str, ...] = ()


def certify(directory: Path, budget: Budget, progress: Progress, *, by_proof: bool) -> Certified:
    """Return the certificate of a result directory: with proofs, or by agreement of other solvers alone.

    Raises BadResultError, BadInstanceError, UnknownPackagesError, NotCertifiableError, NobodyToAskError,
    RefutedError, ProverFailedError, BadProofError, OutOfTimeError.
    """
    claim = _claim(directory)
    questions = Questions.about(claim.instance, claim.values)
    asked = list(questions.better())
    if not asked:
        raise NotCertifiableError(directory, "it has no proven stage: there is nothing to certify")
    progress.start("certify", len(asked))
    if by_proof:
        refutations, files, programs = _by_proof(asked, budget, progress)
    else:
        refutations, programs = _by_agreement(asked, claim, budget)
        files = {}
    progress.finish()
    accepted: tuple[str, ...] = ()
    files |= {f"{one.name}.opb": one.content for one in asked}
    files[INSTANCE] = read_file(directory / INSTANCE, MAX_BYTES)
    if claim.values is not None:
        if read_manifest(directory / MANIFEST) != manifest_of(claim.instance, claim.chosen):
            what = f"says other things of its packages than the {INSTANCE} that lies beside it"
            raise BadResultError(directory / MANIFEST, what)
        files |= answer_files(questions, claim.chosen) | {MANIFEST: read_file(directory / MANIFEST)}
        accepted = _accepted(files[ANSWER], spelt(questions.made, claim.chosen), budget, by_proof=by_proof)
    certificate = Certificate(
        format=1,
        problem=claim.instance.problem,
        arch=claim.instance.arch,
        claim="infeasible" if claim.values is None else "optimal",
        level=level_of(refutations),
        refutations=refutations,
        not_certified=claim.left_out,
        instance=digest(claim.instance),
        accepted_by=accepted,
        programs=programs,
        versions={OURS: VERSION},
    )
    files |= described(certificate)
    return Certified(certificate, files | {SUMS: sums(files)})


def described(certificate: Certificate) -> dict[str, bytes]:
    """Return the files that follow from certificate.json, and itself."""
    content = msgspec.json.format(msgspec.json.encode(certificate), indent=2) + b"\n"
    return {CERTIFICATE: content, README: readme(certificate), CHECK: check_script(certificate)}


def answer_files(questions: Questions, chosen: frozenset[int]) -> dict[str, bytes]:
    """Return the files about an answer: what it must keep, that it does, and what the variables mean."""
    formula = questions.answer()
    literals = spelt(questions.made, chosen)
    return {ANSWER: formula, WITNESS: witness(formula, literals), VARIABLES: variables(questions.made, chosen)}


def manifest_of(instance: Instance, chosen: frozenset[int]) -> Manifest:
    """Return the manifest of some packages of an Instance."""
    return write_manifest(instance, Solution(status=SolveStatus.OPTIMAL, packages=tuple(sorted(chosen))))


def digest(instance: Instance) -> str:
    """Return the SHA-256 of an Instance as JSON."""
    return hashlib.sha256(encode_instance(instance)).hexdigest()


def _claim(directory: Path) -> _Claim:
    record = read_record(directory)
    instance = stored_instance(directory)
    if record.family is not None:
        raise NotCertifiableError(directory, f"it is an image of {record.family}: what is best there is not its own")
    if record.status == "infeasible":
        return _Claim(instance)
    if record.status not in ("proven", "not proven"):
        raise NotCertifiableError(directory, f"its status is {record.status!r}: there is nothing to certify")
    stored = read_stored(directory)
    solution = checked_solution(stored, instance)
    proven: list[int] = []
    for stage, kind in zip(solution.stages, stage_kinds(instance), strict=False):
        if stage.status != "optimal" or stage.objective != kind.value:
            break
        proven.append(stage.value)
    return _Claim(instance, frozenset(solution.packages), tuple(proven), left_out(instance, len(proven)))


def left_out(instance: Instance, stages: int) -> tuple[str, ...]:
    """Return what a certificate of an answer's first stages says nothing about."""
    return (*(kind.value for kind in stage_kinds(instance)[stages:]), "that no other answer is as good (tie_break)")


def accepting(*, by_proof: bool) -> tuple[str, ...]:
    """Return who finds that an answer keeps every rule: our checker, and the prover where it is asked."""
    return (OURS, NAME) if by_proof else (OURS,)


def _by_proof(
    asked: Sequence[Question], budget: Budget, progress: Progress
) -> tuple[tuple[Refutation, ...], dict[str, bytes], tuple[Program, ...]]:
    number = prover_version()
    if number is None:
        raise NobodyToAskError(f"{asked[0].name}.opb")
    refutations, files = [], dict[str, bytes]()
    for one in asked:
        proved = prove(one.content, budget)
        if proved.proof is None:
            raise RefutedError(f"{one.name}.opb", NAME)
        name, content = packed(f"{one.name}.pbp", proved.proof)
        files[name] = content
        refutations.append(_refutation(one, proof=name, steps=proved.steps))
        progress.advance(1)
    return tuple(refutations), files, (Program(name=NAME, version=number, parameters=PARAMETERS),)


def _by_agreement(
    asked: Sequence[Question], claim: _Claim, budget: Budget
) -> tuple[tuple[Refutation, ...], tuple[Program, ...]]:
    agreed: list[list[str]] = [[] for _ in asked]
    used: list[Solver] = []
    for solver in installed_solvers():
        verdicts = solver.ask(claim.instance, claim.values or (), [one.content for one in asked], budget)
        for names, verdict, one in zip(agreed, verdicts, asked, strict=True):
            if verdict is False:
                raise RefutedError(f"{one.name}.opb", solver.name)
            if verdict:
                names.append(solver.name)
        if any(verdicts):
            used.append(solver)
    for names, one in zip(agreed, asked, strict=True):
        if not names:
            raise NobodyToAskError(f"{one.name}.opb")
    refutations = tuple(_refutation(one, agreed_by=tuple(names)) for names, one in zip(agreed, asked, strict=True))
    return refutations, tuple(Program(name=one.name, version=one.version) for one in used)


def _refutation(
    one: Question, *, proof: str | None = None, steps: int = 0, agreed_by: tuple[str, ...] = ()
) -> Refutation:
    return Refutation(
        formula=f"{one.name}.opb",
        objective=one.objective,
        value=one.value,
        proof=proof,
        steps=steps,
        agreed_by=agreed_by,
    )


def _accepted(formula: bytes, literals: list[str], budget: Budget, *, by_proof: bool) -> tuple[str, ...]:
    """Return who finds that an assignment keeps a formula; raises RefutedError where somebody does not."""
    true = frozenset(int(one[1:]) for one in literals if one.startswith("x"))
    if read_formula(formula).broken_by(true):
        raise RefutedError(ANSWER, OURS)
    if by_proof and not accepts(formula, literals, budget):
        raise RefutedError(ANSWER, NAME)
    return accepting(by_proof=by_proof)
