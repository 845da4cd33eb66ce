"""A CycloneDX 1.6 SBOM in JSON, written by cyclonedx-python-lib (extra `sbom`).

The root component is the answer; it depends on what features ask for, packages on what meets their dependencies.
Virtual packages are no components: what is behind them is depended on. No time is written unless SOURCE_DATE_EPOCH
says which, and the serial number comes from the content, so the same answer gives the same bytes. Source: CycloneDX
1.6, cyclonedx.org/docs/1.6/json.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.answer_graph import AnswerGraph, answer_graph
from optimizer.export.exported import Exported
from optimizer.export.format import EVERYTHING, Format
from optimizer.export.json_text import json_document
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
    reference,
    sbom_module,
    version_of,
)
from optimizer.universe.instance import PackageOrigin
from optimizer.version import VERSION

_LIBRARY = "cyclonedx-python-lib"
_ROOT = "answer"
_PREFIX = "pkgset:"
_ALGORITHMS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


def write(exported: Exported) -> bytes:
    """Return the SBOM; raises MissingSbomLibraryError, CannotHoldError."""
    output = sbom_module("cyclonedx.output.json", _LIBRARY)
    bom = _bom(exported, answer_graph(exported))
    document: dict[str, Any] = json.loads(output.JsonV1Dot6(bom).output_as_string())
    if exported.time is None:
        del document["metadata"]["timestamp"]
    del document["serialNumber"]
    serial = document_id(json.dumps(document, sort_keys=True)).urn
    return json_document({**document, "serialNumber": serial})


def _bom(exported: Exported, graph: AnswerGraph) -> Any:
    boms = sbom_module("cyclonedx.model.bom", _LIBRARY)
    components, tools = (sbom_module(f"cyclonedx.model.{name}", _LIBRARY) for name in ("component", "tool"))
    known = licences(exported)
    packages = exported.manifest.packages
    held = [_component(exported, one, known.get(_identity(one))) for one in packages]
    kinds = components.ComponentType
    root = components.Component(
        name=exported.manifest.problem,
        version=f"sha256:{exported.digest()}",
        type=kinds.OPERATING_SYSTEM,
        bom_ref=_ROOT,
        properties=[_property("feature", text) for text in features(exported, graph.chosen)]
        + [_property("proof", exported.record.status), _property("arch", exported.manifest.arch)],
    )
    tool = components.Component(name="pkgset", version=VERSION, type=kinds.APPLICATION, bom_ref="pkgset")
    metadata = boms.BomMetaData(
        component=root,
        tools=tools.ToolRepository(components=[tool]),
        timestamp=datetime.fromtimestamp(exported.time or 0, UTC),
    )
    bom = boms.Bom(components=held, metadata=metadata)
    bom.register_dependency(root, [held[place] for place in graph.roots])
    for place, component in enumerate(held):
        bom.register_dependency(component, [held[giver] for giver in graph.needed(place)])
    return bom


def _component(exported: Exported, package: ManifestPackage, licence: Licence | None) -> Any:
    models = sbom_module("cyclonedx.model", _LIBRARY)
    components = sbom_module("cyclonedx.model.component", _LIBRARY)
    entry = exported.entry(package)
    made = package.origin != PackageOrigin.STUB
    url, kind = place_of(exported, package), models.ExternalReferenceType.DISTRIBUTION
    return components.Component(
        name=label(package),
        version=version_of(package),
        type=components.ComponentType.LIBRARY,
        bom_ref=reference(package),
        purl=package_url(exported, package) if made else None,
        hashes=_hashes(package),
        licenses=[] if licence is None else [_licence(licence)],
        external_references=[] if url is None else [models.ExternalReference(type=kind, url=models.XsUri(url))],
        properties=[_property(name, value) for name, value in facts(exported, package)],
        pedigree=None if entry is None else components.Pedigree(notes=divergence_note(entry)),
    )


def _hashes(package: ManifestPackage) -> list[Any]:
    models = sbom_module("cyclonedx.model", _LIBRARY)
    found = digest_of(package)
    if found is None:
        return []
    algorithm = models.HashAlgorithm(_ALGORITHMS[found[0]])
    return [models.HashType(alg=algorithm, content=found[1])]


def _licence(licence: Licence) -> Any:
    kinds = sbom_module("cyclonedx.model.license", _LIBRARY)
    if licence.expression is not None:
        return kinds.LicenseExpression(licence.expression)
    return kinds.DisjunctiveLicense(name=licence.text)


def _property(name: str, value: str) -> Any:
    return sbom_module("cyclonedx.model", _LIBRARY).Property(name=_PREFIX + name, value=value)


def _identity(package: ManifestPackage) -> tuple[str, str]:
    from optimizer.answer.stored import identity

    return identity(package)


FORMAT = Format(
    title="CycloneDX 1.6 SBOM",
    file_name="answer.cdx.json",
    media_type="application/vnd.cyclonedx+json; version=1.6",
    expresses=EVERYTHING,
    write=write,
)
