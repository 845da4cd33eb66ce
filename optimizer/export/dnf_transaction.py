"""A stored transaction that dnf 4 replays: `dnf history replay FILE`.

dnf refuses to replay where anything else would come in, and follows no weak dependencies. Repositories are told by
their ids; their definitions are those of the system, or a file of the format `repository-file`. Packages that a
feature names are marked as asked for by the user, so that `dnf autoremove` leaves them. Source:
dnf-transaction-json(5), version 0.0.
"""

from __future__ import annotations

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.dnf_arguments import DNF_EXPRESSES
from optimizer.export.exported import Exported
from optimizer.export.format import Format
from optimizer.export.json_text import json_document
from optimizer.export.request import wanted_of
from optimizer.export.words import checked_repository, dnf_word

_TARGET = "dnf-transaction"


def write(exported: Exported) -> bytes:
    """Return the transaction; raises CannotHoldError."""
    asked = exported.asked()
    return json_document({"version": "0.0", "rpms": [_install(package, asked) for package in exported.packages]})


def _install(package: ManifestPackage, asked: frozenset[str]) -> dict[str, str]:
    nevra = dnf_word(_TARGET, wanted_of(package))
    return {
        "action": "Install",
        "nevra": nevra,
        "reason": "user" if nevra in asked else "dependency",
        "repo_id": checked_repository(_TARGET, package.repository),
    }


FORMAT = Format(
    title="dnf 4 transaction (dnf history replay)",
    file_name="transaction.json",
    media_type="application/json",
    expresses=DNF_EXPRESSES,
    write=write,
)
