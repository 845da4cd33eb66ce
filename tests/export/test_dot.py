"""Graphviz draws every real answer, and nothing of an answer's texts is taken for the language."""

from __future__ import annotations

import re
import subprocess
from xml.etree import ElementTree

import pytest

from optimizer.export.answer_graph import answer_graph
from optimizer.export.dot import write
from tests.export.answers import ANSWERS, real
from tests.export.making import answer, package
from tests.requirements import require_tool

_SVG = "{http://www.w3.org/2000/svg}"


def drawn(content: bytes) -> ElementTree.Element:
    command = [str(require_tool("dot")), "-Tsvg"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    assert b"rror" not in done.stderr
    return ElementTree.fromstring(done.stdout)


def of_class(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [one for one in svg.iter(f"{_SVG}g") if one.get("class") == name]


@pytest.mark.tool("dot")
@pytest.mark.parametrize("name", ANSWERS)
def test_every_package_and_dependency_is_drawn(name: str) -> None:
    exported = real(name)
    svg = drawn(write(exported))
    assert len(of_class(svg, "node")) == len(exported.manifest.packages)
    assert len(of_class(svg, "edge")) == len(answer_graph(exported).edges)
    sources = [one.source for one in exported.manifest.packages]
    assert len(of_class(svg, "cluster")) == len({one for one in sources if sources.count(one) > 1})


@pytest.mark.tool("dot")
def test_a_hostile_name_stays_a_text() -> None:
    name = 'a\\" -> b; "c\\N\\G&lt;<b>\u202e'
    svg = drawn(write(answer((package(name, "1-1"),))))
    texts = [one.text or "" for one in svg.iter(f"{_SVG}text")]
    assert 'a\\" -> b; "c\\N\\G&lt;<b>\\u202e' in [text.replace("\xa0", " ") for text in texts]
    assert len(of_class(svg, "node")) == 1


def test_what_diverges_has_a_shape_of_its_own() -> None:
    text = write(real("demo")).decode()
    shapes = re.findall(r"^ +p\d+ \[shape=(\w+)", text, re.MULTILINE)
    assert (shapes.count("octagon"), shapes.count("note")) == (len(real("demo").downstream), len(real("demo").stubs))
    assert "diverges: limit" in text
    assert "must be made: absent" in text
