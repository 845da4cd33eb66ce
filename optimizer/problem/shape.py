"""The problem file as it is written: its keys, their types, and the JSON Schema made of them.

Optional keys may stand empty (null), which is the same as leaving them out. A `Meta` that carries `expected` says
in words what its pattern accepts. Patterns stand in `extra_json_schema` and not in `Meta(pattern=...)`: msgspec
0.22 now and then crashes the interpreter at exit where a struct's types carry one (msgspec issue 717).
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from optimizer.problem.arch import Arch
from optimizer.problem.problem import (
    Candidates,
    Downstream,
    Missing,
    ObjectiveKind,
    Origin,
    WeakDependencies,
)
from optimizer.problem.size import MAX_BYTES, SIZE_PATTERN

MAX_WEIGHT = 1_000_000
MAX_PERCENT = 10_000

SAFE_NAME_PATTERN = "^[A-Za-z0-9_][A-Za-z0-9._+:-]{0,127}$"
SAFE_NAME_WORDS = "a name of letters, digits and ._-+: that starts with a letter, digit or _"

SafeName = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": SAFE_NAME_PATTERN},
        description="A name that can be a directory: letters, digits and ._-+:",
        extra={"expected": SAFE_NAME_WORDS},
    ),
]
Text = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": r"^(?=[\s\S]*\S)[^\x00-\x08\x0b-\x1f\x7f]+$"}, extra={"expected": "some text"}
    ),
]
DependencyText = Annotated[
    Text, Meta(description="RPM dependency: a capability, a file path, or a rich dependency in parentheses")
]
Word = Annotated[
    str,
    Meta(extra_json_schema={"pattern": r"^[^\s\x00-\x1f\x7f]+$"}, extra={"expected": "one word"}),
]
PackageName = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": "^[A-Za-z0-9_][A-Za-z0-9._+%{}~^-]*$"},
        description="Package name",
        extra={"expected": "a package name"},
    ),
]
ModuleStream = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": r"^[^\s:]+:[^\s:]+$"},
        description="Module stream, `name:stream`",
        extra={"expected": "name:stream"},
    ),
]
Size = (
    Annotated[int, Meta(ge=0, le=MAX_BYTES, description="Bytes", extra={"expected": "bytes as an integer"})]
    | Annotated[
        str,
        Meta(
            description="Number and unit: B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers of 1024)",
            extra_json_schema={"pattern": SIZE_PATTERN},
            extra={"expected": "a number and a unit such as 512 MiB"},
        ),
    ]
)
Count = Annotated[int, Meta(ge=0, le=MAX_WEIGHT)]
Weight = Annotated[int, Meta(ge=0, le=MAX_WEIGHT)]
Value = Annotated[int, Meta(ge=1, le=MAX_WEIGHT, description="What an optional feature is worth; 1 where not said")]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of the problem file."""


class RepositoryShape(Shape, frozen=True):
    """A repository: `id` and `baseurl`, or `repo_file` with the `ids` to take from it."""

    origin: Annotated[Origin, Meta(description="Whose packages it holds: the distribution to reuse, or one's own")]
    id: SafeName | None = None
    baseurl: (
        Annotated[
            Text | Annotated[tuple[Text, ...], Meta(min_length=1)],
            Meta(
                description="Directory or .solv file beside this file, or file:// or http(s):// URL; a list: mirrors"
            ),
        ]
        | None
    ) = None
    repo_file: Annotated[Text, Meta(description="dnf .repo file, relative to this file")] | None = None
    ids: (
        Annotated[tuple[Text, ...], Meta(min_length=1, description="Sections to take; all enabled ones if absent")]
        | None
    ) = None
    gpgkey: (
        Annotated[
            Text | Annotated[tuple[Text, ...], Meta(min_length=1)],
            Meta(
                description="OpenPGP keys, one of which must have signed repomd.xml: files beside this one, or "
                "file:// or https:// URLs"
            ),
        ]
        | None
    ) = None
    repo_gpgcheck: (
        Annotated[
            bool,
            Meta(description="Whether repomd.xml must be signed; true where gpgkey is given, else as repo_file says"),
        ]
        | None
    ) = None


class EquivalentShape(Shape, frozen=True):
    """What stands upstream for a downstream name."""

    upstream: Annotated[
        DependencyText | Annotated[tuple[DependencyText, ...], Meta(min_length=1)] | None,
        Meta(description="One dependency, several needed together, or null: nobody"),
    ]
    why: Annotated[str, Meta(description="Reason, for reviewers")] | None = None
    stand_in: Annotated[bool, Meta(description="Another project that does the same job")] | None = None


Equivalents = dict[
    Word, EquivalentShape | DependencyText | Annotated[tuple[DependencyText, ...], Meta(min_length=1)] | None
]


class EquivalentsShape(Shape, frozen=True):
    """A file of equivalents."""

    format: Literal[1]
    equivalents: Equivalents


class GroupShape(Shape, frozen=True):
    """A comps group."""

    group: Annotated[Text, Meta(description="Comps group id or name: its mandatory and default packages")]


class FeatureShape(Shape, frozen=True):
    """A feature as a mapping: `{group: NAME}` is a comps group; beside `require`, `group` is a feature group."""

    require: DependencyText | GroupShape | None = None
    value: Value | None = None
    group: (
        Annotated[Text, Meta(description="Comps group; beside `require`, the feature group that limits count")] | None
    ) = None


class ForbiddenShape(Shape, frozen=True):
    """A forbidden dependency as a mapping."""

    require: DependencyText


class FeaturesShape(Shape, frozen=True):
    """What the image must have, may have, and must not have."""

    required: Annotated[tuple[DependencyText | FeatureShape, ...], Meta(description="All of these hold")] | None = (
        None
    )
    optional: (
        Annotated[
            tuple[DependencyText | FeatureShape, ...], Meta(description="Each is worth its value where it holds")
        ]
        | None
    ) = None
    forbidden: (
        Annotated[tuple[DependencyText | ForbiddenShape, ...], Meta(description="Nothing that provides these is in")]
        | None
    ) = None
    without: (
        Annotated[
            tuple[Text, ...],
            Meta(description="Beside `extends`: features of that file to leave out, as they are written there"),
        ]
        | None
    ) = None


class BoundsShape(Shape, frozen=True):
    """How many features of a group may hold, bounds included."""

    min: Count | None = None
    max: Count | None = None


class LimitsShape(Shape, frozen=True):
    """Upper bounds on the answer."""

    installed_size: Annotated[Size, Meta(description="All packages installed")] | None = None
    download_size: Annotated[Size, Meta(description="All package files")] | None = None
    packages: Annotated[Count, Meta(description="Number of packages")] | None = None
    downstream_sources: Annotated[Count, Meta(description="Downstream source packages")] | None = None
    feature_groups: Annotated[dict[Text, BoundsShape], Meta(description="Bounds by feature group")] | None = None


class PackageSizeShape(Shape, frozen=True):
    """The size of a package that metadata do not know."""

    installed: Annotated[Size, Meta(description="Installed size")] | None = None
    download: Annotated[Size, Meta(description="Size of the package file")] | None = None


class EstimateShape(Shape, frozen=True):
    """What a downstream package or a stub counts whose size nobody knows."""

    like_upstream: (
        Annotated[bool, Meta(description="As much as the upstream package of its name, or what stands for it")] | None
    ) = None
    installed: Annotated[Size, Meta(description="Installed size where there is no such package")] | None = None
    download: Annotated[Size, Meta(description="Download size where there is no such package")] | None = None
    percent: (
        Annotated[
            int,
            Meta(
                ge=1, le=MAX_PERCENT, description="Of either, what is counted; 100 if absent, 50 halves, 200 doubles"
            ),
        ]
        | None
    ) = None


class SizesShape(Shape, frozen=True):
    """Sizes that metadata do not know: given by name, or estimated."""

    packages: (
        Annotated[dict[PackageName, PackageSizeShape], Meta(description="Known sizes by package name")] | None
    ) = None
    estimate: Annotated[EstimateShape, Meta(description="Rule for the others of downstream")] | None = None


class PinShape(Shape, frozen=True):
    """A pin as a mapping: a name and at least one restriction."""

    name: PackageName
    version: (
        Annotated[Text, Meta(description="`[EPOCH:]VERSION[-RELEASE]`, or a comparison such as `>= 2`")] | None
    ) = None
    origin: Annotated[Origin, Meta(description="Only packages of this origin")] | None = None
    repository: Annotated[SafeName, Meta(description="Only packages of this repository")] | None = None


class PolicyShape(Shape, frozen=True):
    """The rules of the game."""

    candidates: Annotated[Candidates, Meta(description="Versions of a name that may be chosen")] | None = None
    downstream: Annotated[Downstream, Meta(description="How downstream packages enter")] | None = None
    missing: Annotated[Missing, Meta(description="What a feature that nobody provides is")] | None = None
    weak_dependencies: Annotated[WeakDependencies, Meta(description="Recommends and Supplements")] | None = None
    unknown_size: (
        Annotated[Literal["error", "zero"] | Size, Meta(description="What an unknown size counts in limits")] | None
    ) = None
    multilib: Annotated[bool, Meta(description="Whether 32-bit packages may be in")] | None = None
    install_only: (
        Annotated[tuple[Text, ...], Meta(description="Capabilities whose packages may be in twice")] | None
    ) = None


class DivergenceWeightsShape(Shape, frozen=True):
    """Settings of the divergence objective."""

    weights: Annotated[dict[Word, Weight], Meta(description="Cost of a downstream source where it is not 1")]


class DivergenceShape(Shape, frozen=True):
    """The divergence objective with settings."""

    divergence: DivergenceWeightsShape


class ProblemShape(Shape, frozen=True):
    """A package-set problem: repositories, features, limits, policy and objectives.

    With `extends`, the keys of this file are laid over those of another. Merged key by key: the whole file,
    `features`, `limits`, `policy`, `sizes` and inline `equivalents`; `required`, `optional` and `forbidden` are added
    to; all else replaces, and an empty value takes the other's away.
    """

    format: Annotated[Literal[1], Meta(description="Format of this file")]
    arch: Annotated[Arch, Meta(description="Architecture of the image")]
    repositories: Annotated[tuple[RepositoryShape, ...], Meta(min_length=1, description="Where packages come from")]
    features: FeaturesShape
    name: (
        Annotated[SafeName, Meta(description="Name of the results' directory; this file's stem if absent")] | None
    ) = None
    releasever: Annotated[Text | int, Meta(description="Value of $releasever in repository URLs")] | None = None
    equivalents: (
        Annotated[
            Equivalents | Text, Meta(description="Downstream names and what stands for them; or a file of them")
        ]
        | None
    ) = None
    stand_ins: Annotated[bool, Meta(description="Whether equivalents marked stand_in count")] | None = None
    extends: (
        Annotated[
            Text, Meta(description="Problem file, relative to this one, whose keys hold where this one is silent")
        ]
        | None
    ) = None
    limits: LimitsShape | None = None
    sizes: SizesShape | None = None
    pins: Annotated[tuple[Text | PinShape, ...], Meta(description="`NAME = VERSION`, or a mapping")] | None = None
    lock: Annotated[Text, Meta(description="manifest.json whose versions are kept")] | None = None
    previous: Annotated[Text, Meta(description="manifest.json that `changes` counts against")] | None = None
    modules: Annotated[tuple[ModuleStream, ...], Meta(description="Streams beside the default ones")] | None = None
    policy: PolicyShape | None = None
    objectives: (
        Annotated[
            tuple[ObjectiveKind | DivergenceShape, ...],
            Meta(description="Optimised in this order, each kept by the next"),
        ]
        | None
    ) = None


_EITHER: dict[str, dict[str, Any]] = {
    "RepositoryShape": {"oneOf": [{"required": ["id", "baseurl"]}, {"required": ["repo_file"]}]},
    "FeatureShape": {"anyOf": [{"required": ["require"]}, {"required": ["group"]}]},
    "PinShape": {"anyOf": [{"required": ["version"]}, {"required": ["origin"]}, {"required": ["repository"]}]},
    "BoundsShape": {"anyOf": [{"required": ["min"]}, {"required": ["max"]}]},
    "PackageSizeShape": {"anyOf": [{"required": ["installed"]}, {"required": ["download"]}]},
    "ProblemShape": {
        "required": ["format"],
        "anyOf": [
            {"required": ["extends", "name"]},
            {"required": ["arch", "repositories", "features"]},
        ],
    },
}


def problem_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a problem file.

    What needs more than one place of the file (unused feature groups, dependency syntax, repeated ids) is checked
    by `load_problem` alone.
    """
    schema = msgspec.json.schema(ProblemShape)
    for name, either in _EITHER.items():
        schema["$defs"][name] |= either
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pkgset problem",
        **schema,
    }
