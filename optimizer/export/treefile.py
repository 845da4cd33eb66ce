"""An rpm-ostree treefile: which packages a tree is composed of, from which repositories.

YAML, since rpm-ostree refuses unknown keys there and skips them in JSON. Packages are named in full, not as quoted
relations: a relation is held by any package that provides the name. With several repositories each list of
packages says its own. `repos` are names: their definitions lie beside it, in a file of the format
`repository-file`. Source: rpm-ostree's treefile reference and `rust/src/treefile.rs`.
"""

from __future__ import annotations

from typing import Any

from optimizer.export.exported import Exported
from optimizer.export.format import Expresses, Format
from optimizer.export.words import checked_name, checked_repository, dnf_word
from optimizer.export.yaml_text import yaml_document

_TARGET = "rpm-ostree-treefile"


def write(exported: Exported) -> bytes:
    """Return a treefile to be included in one that says the rest; raises CannotHoldError."""
    request = exported.request
    repositories = [checked_repository(_TARGET, repository.id) for repository in exported.repositories]
    document: dict[str, Any] = {"repos": repositories, "recommends": request.weak}
    if len(repositories) > 1 and all(wanted.repository for wanted in request.packages):
        document["repo-packages"] = [
            {"repo": name, "packages": [dnf_word(_TARGET, one) for one in request.packages if one.repository == name]}
            for name in repositories
        ]
    else:
        document["packages"] = [dnf_word(_TARGET, wanted) for wanted in request.packages]
    if request.excludes:
        document["exclude-packages"] = [checked_name(_TARGET, name) for name in request.excludes]
    return yaml_document(document, exported.header())


FORMAT = Format(
    title="rpm-ostree treefile",
    file_name="packages.yaml",
    media_type="application/yaml",
    expresses=frozenset(
        {
            Expresses.VERSIONS,
            Expresses.ARCHITECTURE,
            Expresses.SAME_NAME,
            Expresses.REPOSITORIES,
            Expresses.EXCLUDES,
            Expresses.WEAK_SWITCH,
            Expresses.MODULES,
        }
    ),
    write=write,
    steerable=True,
)
