"""The JSON Schema: valid by its own standard, and of one mind with the loader."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec.inspect
import pytest
import yaml

from optimizer.problem.shape import EquivalentsShape, ProblemShape, problem_schema
from tests.problem.test_load import DESIGN_EXAMPLE
from tests.problem.writing import FEATURES, HEAD, mistakes

_jsonschema: Any = importlib.import_module("jsonschema")  # its types are not published with it

REJECTED_BY_BOTH = [
    HEAD,
    HEAD.replace("x86_64", "vax") + FEATURES,
    HEAD + FEATURES + "unknown: 1\n",
    HEAD + FEATURES + "name: a/b\n",
    HEAD + FEATURES + "limits: {packages: -1}\n",
    HEAD + FEATURES + "limits: {installed_size: much}\n",
    HEAD + FEATURES + "limits: {feature_groups: {a: {}}}\n",
    HEAD + FEATURES + "pins: [{name: a}]\n",
    HEAD + FEATURES + "modules: [a]\n",
    HEAD + FEATURES + "policy: {candidates: some}\n",
    HEAD + FEATURES + "objectives: [fun]\n",
    HEAD + FEATURES + "equivalents: {a: []}\n",
    HEAD + FEATURES + "equivalents: {a b: c}\n",
    HEAD + FEATURES + "sizes: {packages: {a: {}}}\n",
    HEAD + FEATURES + "sizes: {packages: {a b: {installed: 1}}}\n",
    HEAD + FEATURES + "sizes: {estimate: {like_upstream: true, percent: 0}}\n",
    HEAD + FEATURES + "extends: 5\n",
    "format: 1\nextends: other.yaml\n",
    HEAD + "features: {required: [{value: 1}]}\n",
    HEAD + "features: {required: ['']}\n",
    "format: 1\narch: x86_64\nrepositories: [{id: a, origin: upstream}]\n" + FEATURES,
]


def _validator() -> Any:
    return _jsonschema.Draft202012Validator(problem_schema())


def test_the_schema_is_one() -> None:
    _jsonschema.Draft202012Validator.check_schema(problem_schema())
    assert problem_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(problem_schema())) == problem_schema()


def test_it_accepts_the_example_of_the_design_page() -> None:
    _validator().validate(yaml.safe_load(DESIGN_EXAMPLE))


def test_it_accepts_a_file_that_extends_another() -> None:
    _validator().validate({"format": 1, "extends": "other.yaml", "name": "own", "features": {"without": ["bash"]}})


@pytest.mark.parametrize("text", REJECTED_BY_BOTH)
def test_it_rejects_what_the_loader_rejects(tmp_path: Path, text: str) -> None:
    assert list(_validator().iter_errors(yaml.safe_load(text)))
    assert mistakes(tmp_path, text)


def test_every_key_is_described() -> None:
    bare = [
        path for path, node in _properties(problem_schema()) if not _described(node) and path not in {"min", "max"}
    ]
    assert bare == []


def _properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for definition in schema["$defs"].values():
        yield from definition.get("properties", {}).items()


def _described(node: dict[str, Any]) -> bool:
    return "description" in node or "$ref" in node or any(map(_described, node.get("anyOf", [])))


def test_the_top_level_keys_are_those_of_the_shape() -> None:
    keys = problem_schema()["$defs"]["ProblemShape"]["properties"]
    assert list(keys) == list(ProblemShape.__struct_fields__)


def test_no_type_carries_a_pattern_that_msgspec_compiles() -> None:
    """Such types crash the interpreter at exit now and then (msgspec issue 717); the schema has them all the same."""
    kinds = msgspec.inspect.multi_type_info([ProblemShape, EquivalentsShape])
    assert "pattern='" not in repr(kinds)
    assert "'pattern': '" in repr(kinds)
