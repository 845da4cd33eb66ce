"""A distribution's own repositories, which a file does not name: the user's stand for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.imports.formats import read_request
from optimizer.imports.places import GivenRepository
from optimizer.imports.settle import settle

_BLUEPRINT = 'name = "image"\n[[packages]]\nname = "bash"\n'
_MKOSI = "[Distribution]\nDistribution=fedora\nRelease=42\nRepositories=epel\n[Content]\nPackages=bash\n"
_MIRROR = _MKOSI.replace("Repositories=epel", "LocalMirror=https://near.invalid/os/")


@pytest.mark.parametrize(
    ("name", "text", "given", "repositories", "placeholders"),
    [
        ("blueprint.toml", _BLUEPRINT, (), ["distribution"], ["distribution"]),
        ("blueprint.toml", _BLUEPRINT, ("distribution",), ["distribution"], []),
        ("blueprint.toml", _BLUEPRINT, ("base", "more"), ["base", "more"], []),
        ("mkosi.conf", _MKOSI, ("epel",), ["fedora-42", "epel"], ["fedora-42"]),
        ("mkosi.conf", _MKOSI, ("base",), ["epel", "base"], ["epel"]),
        ("mkosi.conf", _MKOSI, ("base", "epel"), ["epel", "base"], []),
        ("mkosi.conf", _MIRROR, ("base",), ["fedora-42", "base"], []),
    ],
)
def test_what_is_given_stands_for_what_the_file_does_not_name(
    name: str, text: str, given: tuple[str, ...], repositories: list[str], placeholders: list[str], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    places = [GivenRepository(one, f"https://far.invalid/{one}/") for one in given]
    imported = settle(read_request(tmp_path / name, arch="x86_64"), places)
    assert [one["id"] for one in imported.repositories] == repositories
    assert [one for one, _ in imported.placeholders] == placeholders
