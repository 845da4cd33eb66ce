"""A Content Resolver list of unwanted packages: what must be kept out, beside a workload of the same label."""

from __future__ import annotations

from typing import Any

from optimizer.export.content_resolver import LABEL
from optimizer.export.exported import Exported, plain
from optimizer.export.format import Expresses, Format
from optimizer.export.yaml_text import yaml_document


def write(exported: Exported) -> bytes:
    """Return the list."""
    data: dict[str, Any] = {
        "name": plain(exported.manifest.problem),
        "description": f"kept out of {exported.header()[0]}",
        "maintainer": LABEL,
        "labels": [LABEL],
        "unwanted_packages": list(exported.request.excludes),
    }
    return yaml_document({"document": "feedback-pipeline-unwanted", "version": 1, "data": data}, exported.header())


FORMAT = Format(
    title="Content Resolver unwanted packages",
    file_name="unwanted.yaml",
    media_type="application/yaml",
    expresses=frozenset({Expresses.EXCLUDES}),
    write=write,
    steerable=True,
    part_of="content-resolver-workload",
    expected=frozenset({Expresses.EXCLUDES}),
)
