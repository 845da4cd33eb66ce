"""The family file as it is written: its keys, their types, and the JSON Schema made of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from optimizer.problem.shape import PackageName, SafeName, Shape, Text, problem_schema

MAX_GROWTH = 1_000


class FamilyObjective(StrEnum):
    """What a stage of a family optimises: `shared_*` are maximised, all others are minimised.

    `pool` is the union of all images' packages, `shared` what every image holds, `layered_size` the shared packages
    once and each image's others beside them, `total` the sum over the images.
    """

    POOL_DIVERGENCE = "pool_divergence"
    POOL_PACKAGES = "pool_packages"
    POOL_SIZE = "pool_size"
    POOL_DOWNLOAD_SIZE = "pool_download_size"
    SHARED_PACKAGES = "shared_packages"
    SHARED_SIZE = "shared_size"
    LAYERED_SIZE = "layered_size"
    TOTAL_DIVERGENCE = "total_divergence"
    TOTAL_PACKAGES = "total_packages"
    TOTAL_SIZE = "total_size"


Growth = Annotated[int, Meta(ge=0, le=MAX_GROWTH, description="Per cent by which an image may be worse than alone")]


class KeepShape(Shape, frozen=True):
    """How much worse than solved alone each image may be, by objective."""

    divergence: Growth | None = None
    features: Growth | None = None
    installed_size: Growth | None = None
    download_size: Growth | None = None
    packages: Growth | None = None
    weak: Growth | None = None
    changes: Growth | None = None
    age: Growth | None = None


class SameShape(Shape, frozen=True):
    """What must be of one version in all images that hold it."""

    packages: (
        Annotated[
            Literal["all"] | tuple[PackageName, ...],
            Meta(description="Package names: of each and its architecture, at most one version in the family"),
        ]
        | None
    ) = None
    sources: (
        Annotated[
            Literal["all"] | tuple[PackageName, ...],
            Meta(description="Source names: of each, at most one version in the family, on all architectures"),
        ]
        | None
    ) = None


class FamilyShape(Shape, frozen=True):
    """A family of images that are solved together."""

    format: Annotated[Literal[1], Meta(description="Format of this file")]
    images: Annotated[
        tuple[Text, ...],
        Meta(min_length=1, description="The images: problem files, relative to this one, or problems written here"),
    ]
    name: (
        Annotated[SafeName, Meta(description="Name of the results' directory; this file's stem if absent")] | None
    ) = None
    objectives: (
        Annotated[tuple[FamilyObjective, ...], Meta(description="Optimised in this order, each kept by the next")]
        | None
    ) = None
    keep: (
        Annotated[
            Literal["all"] | KeepShape,
            Meta(
                description="What no image may lose against being solved alone: all of its own objectives, or, by "
                "objective, so many per cent; features and weak at 0 if absent"
            ),
        ]
        | None
    ) = None
    same: SameShape | None = None


def family_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a family file; an image written in it is a problem with a name."""
    problem = problem_schema()
    schema = msgspec.json.schema(FamilyShape)
    definitions = {**problem["$defs"], **schema["$defs"]}
    images = definitions["FamilyShape"]["properties"]["images"]
    definitions["ImageShape"] = {**definitions["ProblemShape"], "title": "ImageShape", "required": ["name"]}
    images |= {"minItems": 2, "items": {"anyOf": [images["items"], {"$ref": "#/$defs/ImageShape"}]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pkgset family",
        "$ref": schema["$ref"],
        "$defs": definitions,
    }
