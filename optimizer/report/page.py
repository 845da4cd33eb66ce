"""One or several results as one HTML page that needs nothing but itself.

Names and texts come from metadata nobody vouches for: all are escaped, what cannot be seen is spelt out, and the
page's policy lets a browser run and apply only the very script and style sheet that were put in, by their hashes.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from importlib import resources
from typing import Any

from optimizer.report.anchor import unique_anchors, visible
from optimizer.report.comparison import compare
from optimizer.report.page_section import Reported, view_result
from optimizer.report.summary import FIRST_ANSWER
from optimizer.version import VERSION

_TEMPLATES = "templates"


def render_page(results: Sequence[Reported], made: str = "") -> str:
    """Return results as an HTML page, in their order; `made` is when, for the page's foot, empty to leave it out.

    Ids of elements are `package-glibc` and the like; with several results they begin with the result's label.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("optimizer.report", _TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _asset("page.css"), _asset("page.js")
    several = len(results) > 1
    labels = unique_anchors("result", [result.label for result in results])
    sections = [
        view_result(result, label, f"{label.removeprefix('result-')}/" if several else "")
        for result, label in zip(results, labels, strict=True)
    ]
    return environment.get_template("page.html").render(
        title=f"{len(results)} results side by side" if several else results[0].label,
        sections=sections,
        comparison=compare(sections) if several else None,
        policy=content_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file, not metadata
        script=Markup(script),  # noqa: S704 - our own file, not metadata
        newline=Markup("\n"),
        first_answer=FIRST_ANSWER,
        version=VERSION,
        made=made,
    )


def content_policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy under which only these two texts may be applied and run."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return resources.files("optimizer.report").joinpath(_TEMPLATES, name).read_text(encoding="utf-8")


def _shown(value: Any) -> Any:
    return visible(value) if type(value) is str else value
