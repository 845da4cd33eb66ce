"""certificate.json: what is certified, how far, with what; and which file holds what."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import msgspec

CERTIFICATE, SUMS, README, CHECK = "certificate.json", "SHA256SUMS", "README.md", "check.sh"
ANSWER, WITNESS, VARIABLES = "answer.opb", "answer.pbp", "answer.tsv"
#: Longer proofs are compressed, without the name and time that gzip would add.
PLAIN_BYTES = 1 << 20


class Level(StrEnum):
    """How far a certificate goes: the weakest that holds of all its questions."""

    PROOF_CHECKED = "proof checked"
    SOLVERS_AGREE = "solvers agree"
    ONE_SOLVER_AGREES = "one solver agrees"


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A solver that was asked: its name, version and what it was told besides the question."""

    name: str
    version: str
    parameters: dict[str, str] = {}


class Refutation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question that has no answer: is there one where `objective` is better than `value`, earlier ones no worse?

    Without an objective: is there one at all? `proof` is a file, `steps` its length; `agreed_by` names solvers that
    found no answer and left no proof.
    """

    formula: str
    objective: str | None = None
    value: int | None = None
    proof: str | None = None
    steps: int = 0
    agreed_by: tuple[str, ...] = ()


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of certificate.json.

    `claim` is what is certified of the problem; `not_certified` names the stages of the result that nothing here is
    said about; `instance` is the SHA-256 of the question's JSON; `accepted_by` are those that found the answer to
    keep every inequality of answer.opb.
    """

    format: Literal[1]
    problem: str
    arch: str
    claim: Literal["optimal", "infeasible"]
    level: Level
    refutations: tuple[Refutation, ...]
    not_certified: tuple[str, ...]
    instance: str
    accepted_by: tuple[str, ...]
    programs: tuple[Program, ...]
    versions: dict[str, str]


def level_of(refutations: tuple[Refutation, ...]) -> Level:
    """Return how far the weakest of some refutations goes."""
    if all(one.proof for one in refutations):
        return Level.PROOF_CHECKED
    least = min(len(set(one.agreed_by)) for one in refutations if not one.proof)
    return Level.SOLVERS_AGREE if least > 1 else Level.ONE_SOLVER_AGREES


def packed(name: str, proof: bytes) -> tuple[str, bytes]:
    """Return the file that a proof is kept in, compressed where it is long."""
    if len(proof) <= PLAIN_BYTES:
        return name, proof
    return f"{name}.gz", gzip.compress(proof, 9, mtime=0)


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the digests of some files, as sha256sum writes and checks them."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return "".join(lines).encode()


def certificate_schema() -> dict[str, Any]:
    """Return the JSON Schema of certificate.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(Certificate)
