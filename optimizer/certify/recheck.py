"""A certificate checked again, with nothing but its files: digests, formulas, answer and proofs."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from optimizer.answer.manifest import Manifest
from optimizer.answer.stored import INSTANCE, MANIFEST, BadResultError, decode_manifest, identity, stored_instance
from optimizer.certify.certificate import (
    ANSWER,
    CERTIFICATE,
    SUMS,
    VARIABLES,
    WITNESS,
    Certificate,
    Refutation,
    level_of,
    sums,
)
from optimizer.certify.formula import read_formula
from optimizer.certify.make import OURS, accepting, answer_files, described, digest, left_out, manifest_of
from optimizer.certify.proof import BadProofError, check_proof
from optimizer.certify.prover import in_time
from optimizer.certify.questions import Question, Questions
from optimizer.certify.solvers import installed_solvers
from optimizer.model.solver import Budget
from optimizer.problem.file import read_file, spelt
from optimizer.universe.instance import Instance, PackageOrigin
from optimizer.universe.snapshot import BadInstanceError
from optimizer.version import VERSION

#: Of all files of a certificate together, and of one proof unpacked.
MAX_PROOF_BYTES = 1 << 30
_MAX_FILES = 1000


class NoCertificateError(ValueError):
    """A directory that holds no certificate."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.directory = directory

    def __str__(self) -> str:
        return f"{self.directory}: there is no {CERTIFICATE}; `pkgset certify RESULT` makes one"


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What came of a check: `faults` where it is refused, `not_asked` what nobody here could check again."""

    certificate: Certificate | None
    faults: tuple[str, ...]
    not_asked: tuple[str, ...] = ()


def find_certificate(directory: Path) -> Path:
    """Return the certificate's directory: this one, or `certificate` in a result's; raises NoCertificateError."""
    for one in (directory, directory / "certificate"):
        if (one / CERTIFICATE).exists():
            return one
    raise NoCertificateError(directory)


def recheck(directory: Path, budget: Budget, result: Path | None = None) -> Rechecked:
    """Return what a check of a certificate's directory finds; `result` is one whose answer it must be about.

    Raises OSError where the directory cannot be listed, OutOfTimeError.
    """
    files, faults = _read(directory)
    if faults:
        return Rechecked(None, faults)
    try:
        certificate = msgspec.json.decode(files[CERTIFICATE], type=Certificate)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Rechecked(None, (f"{CERTIFICATE}: {error}",))
    faults = tuple(_faults(certificate, files, directory, budget, result))
    return Rechecked(certificate, faults, () if faults else tuple(_not_asked(certificate)))


def _read(directory: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files, whose digests are right, or what is wrong with them."""
    files: dict[str, bytes] = {}
    left = MAX_PROOF_BYTES
    for path in sorted(directory.iterdir()):
        if path.is_symlink() or not path.is_file() or not path.name.isascii() or len(files) == _MAX_FILES:
            return {}, (f"{spelt(path.name)} is no file of a certificate",)
        files[path.name] = read_file(path, left)
        left -= len(files[path.name])
    written = files.pop(SUMS, b"")
    if sums(files) != written:
        return {}, (f"{SUMS} does not name these files: something was changed, added or taken away",)
    return files, ()


def _faults(
    certificate: Certificate, files: dict[str, bytes], directory: Path, budget: Budget, result: Path | None
) -> Iterator[str]:
    try:
        instance = stored_instance(directory)
    except (BadInstanceError, BadResultError) as error:
        yield str(error)
        return
    if (certificate.problem, certificate.arch, certificate.instance) != (
        instance.problem,
        instance.arch,
        digest(instance),
    ):
        yield f"{CERTIFICATE} speaks of another question than {INSTANCE}"
    yield from _other_result(files, instance, result)
    infeasible = certificate.claim == "infeasible"
    values = None if infeasible else [one.value for one in certificate.refutations if one.value is not None]
    questions = Questions.about(instance, values)
    asked = list(questions.better())
    expected = {f"{one.name}.opb": one.content for one in asked} | described(certificate)
    claimed = [(one.formula, one.objective, one.value) for one in certificate.refutations]
    if not asked or claimed != [(f"{one.name}.opb", one.objective, one.value) for one in asked]:
        yield f"{CERTIFICATE} has other questions than {INSTANCE}"
        return
    if certificate.level != level_of(certificate.refutations):
        yield f"{CERTIFICATE} claims {certificate.level.value!r}, which is not what it shows"
    if certificate.not_certified != (() if infeasible else left_out(instance, len(asked))):
        yield f"{CERTIFICATE} is wrong about what is not certified"
    by_proof = all(one.proof for one in certificate.refutations)
    if certificate.accepted_by != (() if infeasible else accepting(by_proof=by_proof)):
        yield f"{CERTIFICATE} is wrong about who checked the answer"
    if not infeasible:
        yield from _answer_faults(files, questions, expected)
    named = {*expected, INSTANCE, *(one.proof for one in certificate.refutations if one.proof)}
    named |= set() if infeasible else {MANIFEST, ANSWER, WITNESS, VARIABLES}
    yield from (f"{name} is no part of this certificate" for name in sorted(set(files) ^ named))
    for name, content in sorted(expected.items()):
        if files.get(name) != content:
            yield f"{name} is not what {INSTANCE} and {CERTIFICATE} make it{_otherwise(certificate)}"
    for one, question in zip(certificate.refutations, asked, strict=True):
        yield from _refutation_faults(one, question, certificate, instance, files, budget)


def _otherwise(certificate: Certificate) -> str:
    """Return what else may be the reason, where another version made it."""
    made = certificate.versions.get(OURS)
    return "" if made == VERSION else f"; pkgset {made} made it, {VERSION} may write it otherwise"


def _other_result(files: dict[str, bytes], instance: Instance, result: Path | None) -> Iterator[str]:
    if result is None:
        return
    if stored_instance(result) != instance:
        yield f"{result} answers another question than this certificate"
    manifest = result / MANIFEST
    if (read_file(manifest) if manifest.exists() else None) != files.get(MANIFEST):
        yield f"{result} has another answer than this certificate"


def _answer_faults(files: dict[str, bytes], questions: Questions, expected: dict[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with the answer; add the files about it to those expected."""
    instance = questions.made.instance
    lines = files.get(VARIABLES, b"").decode("utf-8", "replace").splitlines()
    held = [index for index in range(len(instance.packages)) if lines[index : index + 1] and "\t1\t" in lines[index]]
    chosen = frozenset(held)
    expected |= answer_files(questions, chosen)
    broken = read_formula(expected[ANSWER]).broken_by(questions.made.true_variables(chosen))
    if broken:
        yield f"{VARIABLES} breaks {len(broken)} inequalities of {ANSWER}, the first is number {broken[0]}"
    try:
        manifest: Manifest = decode_manifest(files.get(MANIFEST, b"").decode("utf-8", "replace"), Path(MANIFEST))
    except BadResultError as error:
        yield str(error)
        return
    real = (instance.packages[index] for index in chosen)
    listed = sorted((one.nevra, one.repository) for one in real if one.origin is not PackageOrigin.VIRTUAL)
    if sorted(map(identity, manifest.packages)) != listed:
        yield f"{MANIFEST} lists other packages than {VARIABLES}"
    elif manifest != manifest_of(instance, chosen):
        yield f"{MANIFEST} says other things of these packages than {INSTANCE}"


def _refutation_faults(
    one: Refutation,
    question: Question,
    certificate: Certificate,
    instance: Instance,
    files: dict[str, bytes],
    budget: Budget,
) -> Iterator[str]:
    if one.proof is None:
        yield from _disagreements(one, question, certificate, instance, budget)
        return
    if one.proof not in (f"{question.name}.pbp", f"{question.name}.pbp.gz"):
        yield f"{CERTIFICATE}: {one.proof!r} is no proof of {one.formula}"
        return
    try:
        proof = _unpacked(one.proof, files.get(one.proof, b""))
        steps = check_proof(read_formula(question.content), proof, partial(in_time, budget))
    except (BadProofError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        yield f"{one.proof} proves nothing: {error}"
        return
    if steps != one.steps:
        yield f"{one.proof} has {steps} steps, {CERTIFICATE} says {one.steps}"


def _unpacked(name: str, content: bytes) -> bytes:
    if not name.endswith(".gz"):
        return content
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    proof = reader.decompress(content, MAX_PROOF_BYTES)
    if not reader.eof or reader.unused_data:
        raise BadProofError(0, "not one whole gzip member of a size that is read here")
    return proof


def _disagreements(
    one: Refutation, question: Question, certificate: Certificate, instance: Instance, budget: Budget
) -> Iterator[str]:
    values = [held.value for held in certificate.refutations if held.value is not None]
    place = certificate.refutations.index(one)
    if not one.agreed_by:
        yield f"{one.formula}: neither proof nor solver stands for it"
    for solver in installed_solvers():
        if solver.name in one.agreed_by:
            contents = [question.content] * (place + 1)
            verdicts = solver.ask(instance, values[: place + 1], contents, budget)
            if verdicts[-1] is not True:
                yield f"{one.formula}: {solver.name} does not agree"


def _not_asked(certificate: Certificate) -> Iterator[str]:
    here = {solver.name for solver in installed_solvers()}
    for one in certificate.refutations:
        if one.proof is None and (missing := sorted(set(one.agreed_by) - here)):
            yield f"{one.formula}: {', '.join(missing)} not installed, so not asked again"
