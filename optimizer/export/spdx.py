"""An SPDX 2.3 SBOM in JSON, written by spdx-tools (extra `sbom`).

The document describes one package, the answer, which contains the others and depends on what features ask for. SPDX
demands a time of creation: without SOURCE_DATE_EPOCH it is that of 1970, so that the same answer gives the same
bytes. A licence that is no SPDX expression is kept word for word under a LicenseRef. Source: SPDX 2.3, clauses 6-11.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.answer_graph import AnswerGraph, answer_graph
from optimizer.export.exported import Exported
from optimizer.export.format import EVERYTHING, Format
from optimizer.export.sbom import (
    Licence,
    digest_of,
    divergence_note,
    document_id,
    facts,
    features,
    label,
    licences,
    package_url,
    place_of,
    sbom_module,
    version_of,
)
from optimizer.universe.instance import PackageOrigin
from optimizer.version import VERSION

_LIBRARY = "spdx-tools"
_DOCUMENT, _ROOT = "SPDXRef-DOCUMENT", "SPDXRef-answer"
_OUTSIDE_ID = re.compile(r"[^A-Za-z0-9.-]+")


def write(exported: Exported) -> bytes:
    """Return the SBOM; raises MissingSbomLibraryError, CannotHoldError."""
    writer = sbom_module("spdx_tools.spdx.writer.json.json_writer", _LIBRARY)
    text = io.StringIO()
    writer.write_document_to_stream(_document(exported, answer_graph(exported)), text, validate=False)
    return text.getvalue().encode() + b"\n"


def _document(exported: Exported, graph: AnswerGraph) -> Any:
    from optimizer.answer.stored import identity

    model = sbom_module("spdx_tools.spdx.model", _LIBRARY)
    known = licences(exported)
    packages = exported.manifest.packages
    held = [known.get(identity(package)) for package in packages]
    texts = sorted({one.text for one in held if one is not None and one.expression is None})
    references = {text: f"LicenseRef-rpm-{number}" for number, text in enumerate(texts)}
    root = model.Package(
        spdx_id=_ROOT,
        name=exported.manifest.problem,
        download_location=model.SpdxNoAssertion(),
        version=f"sha256:{exported.digest()}",
        files_analyzed=False,
        primary_package_purpose=model.PackagePurpose.OPERATING_SYSTEM,
        comment="\n".join(f"feature: {text}" for text in features(exported, graph.chosen)) or None,
    )
    rest = [
        _package(exported, place, package, licence, references)
        for place, (package, licence) in enumerate(zip(packages, held, strict=True))
    ]
    return model.Document(
        creation_info=_creation(exported),
        packages=[root, *rest],
        relationships=list(_relationships(graph, [one.spdx_id for one in rest])),
        extracted_licensing_info=[
            model.ExtractedLicensingInfo(license_id=name, extracted_text=text, license_name="as in the RPM header")
            for text, name in references.items()
        ],
    )


def _creation(exported: Exported) -> Any:
    model = sbom_module("spdx_tools.spdx.model", _LIBRARY)
    time = exported.time or 0
    number = document_id(f"{exported.digest()} {VERSION} {time}")
    name = exported.manifest.problem
    return model.CreationInfo(
        spdx_version="SPDX-2.3",
        spdx_id=_DOCUMENT,
        name=name,
        document_namespace=f"https://spdx.org/spdxdocs/{quote(name, safe='')}-{number}",
        creators=[model.Actor(model.ActorType.TOOL, f"pkgset-{VERSION}")],
        created=datetime.fromtimestamp(time, UTC).replace(tzinfo=None),
        document_comment=" / ".join(exported.header()),
    )


def _package(
    exported: Exported,
    place: int,
    package: ManifestPackage,
    licence: Licence | None,
    references: dict[str, str],
) -> Any:
    model = sbom_module("spdx_tools.spdx.model", _LIBRARY)
    made = package.origin != PackageOrigin.STUB
    entry = exported.entry(package)
    notes = [] if entry is None else [divergence_note(entry)]
    notes += [f"{name}: {value}" for name, value in facts(exported, package)]
    return model.Package(
        spdx_id=f"SPDXRef-{place}-{_OUTSIDE_ID.sub('-', label(package))}",
        name=label(package),
        version=version_of(package),
        download_location=_location(exported, package),
        files_analyzed=False,
        checksums=_checksums(package),
        license_concluded=model.SpdxNoAssertion(),
        license_declared=_declared(licence, references),
        copyright_text=model.SpdxNoAssertion(),
        source_info=f"built from {package.source}" if package.source else None,
        external_references=_external(exported, package) if made else [],
        comment="\n".join(notes),
    )


def _location(exported: Exported, package: ManifestPackage) -> Any:
    """Return where a package is downloaded, if SPDX takes it for such a place."""
    url = place_of(exported, package)
    objections = sbom_module("spdx_tools.spdx.validation.uri_validators", _LIBRARY).validate_download_location
    if url is None or objections(url):
        return sbom_module("spdx_tools.spdx.model", _LIBRARY).SpdxNoAssertion()
    return url


def _external(exported: Exported, package: ManifestPackage) -> list[Any]:
    model = sbom_module("spdx_tools.spdx.model", _LIBRARY)
    category = model.ExternalPackageRefCategory.PACKAGE_MANAGER
    return [model.ExternalPackageRef(category, "purl", package_url(exported, package).to_string())]


def _checksums(package: ManifestPackage) -> list[Any]:
    model = sbom_module("spdx_tools.spdx.model", _LIBRARY)
    found = digest_of(package)
    return [] if found is None else [model.Checksum(model.ChecksumAlgorithm[found[0].upper()], found[1])]


def _declared(licence: Licence | None, references: dict[str, str]) -> Any:
    model = sbom_module("spdx_tools.spdx.model", _LIBRARY)
    if licence is None:
        return model.SpdxNoAssertion()
    licensing = sbom_module("spdx_tools.common.spdx_licensing", _LIBRARY).spdx_licensing
    return licensing.parse(licence.expression or references[licence.text])


def _relationships(graph: AnswerGraph, ids: list[str]) -> Iterator[Any]:
    model = sbom_module("spdx_tools.spdx.model", _LIBRARY)
    kinds = model.RelationshipType
    yield model.Relationship(_DOCUMENT, kinds.DESCRIBES, _ROOT)
    for name in ids:
        yield model.Relationship(_ROOT, kinds.CONTAINS, name)
    for place in graph.roots:
        yield model.Relationship(_ROOT, kinds.DEPENDS_ON, ids[place])
    for asker, name in enumerate(ids):
        for giver in graph.needed(asker):
            yield model.Relationship(name, kinds.DEPENDS_ON, ids[giver])


FORMAT = Format(
    title="SPDX 2.3 SBOM",
    file_name="answer.spdx.json",
    media_type="application/spdx+json",
    expresses=EVERYTHING,
    write=write,
)
