"""What a repository says of a package that tells which project it is: source, version, page, files, capabilities."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import solv

from optimizer.universe.describe import split_evr
from optimizer.universe.rebuild import source_name
from optimizer.universe.world import World

_LANGUAGES = ("python3", "python", "perl", "ruby", "lua", "php")
# One project's page on sites that hold many, at whatever address they have put it over the years.
_SITES = tuple(
    (re.compile(pattern), site)
    for pattern, site in (
        (r"^pypi\.(?:python\.)?org/(?:pypi|project)/([^/]+)", "pypi"),
        (r"^pypi\.(?:python\.)?org/packages/source/\w/([^/]+)", "pypi"),
        (r"^(?:search\.cpan|metacpan)\.org/(?:dist|release)/([^/]+)", "cpan"),
        (r"^search\.cpan\.org/~\w+/([^/]+?)-v?[\d.]+(?:/|$)", "cpan"),
        (r"^rubygems\.org/gems/([^/]+)", "rubygems"),
        (r"^(?:ftp|download)\.gnome\.org/(?:pub/gnome/)?sources/([^/]+)", "gnome"),
        (r"^(?:sourceforge\.net|sf\.net)/(?:projects|p)/([^/]+)", "sourceforge"),
        (r"^([^./]+)\.(?:sourceforge|sf)\.net(?:/|$)", "sourceforge"),
        (r"^code\.google\.com/(?:p|archive/p)/([^/]+)", "googlecode"),
        (r"^([^./]+)\.googlecode\.com(?:/|$)", "googlecode"),
        (r"^(?:git(?:hub|lab)\.com/[^/]+/[^/]+)", ""),
    )
)
_LAST_WORDS = re.compile(r"(?:(?:^|/)(?:index\.\w+|[^/]*\.(?:tar\.\w+|tgz|zip|git)))+$")


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """One name of a distribution, all its packages taken together; `version` is the newest.

    `offers` are the file paths and the capabilities (sonames, pkgconfig(), perl(), ...) beside its own name; `page`
    is its normalised URL, `summary` the words of its summary, `languages` those whose interpreter it requires.
    """

    name: str
    source: str
    version: str = ""
    page: str = ""
    summary: frozenset[str] = frozenset()
    offers: frozenset[str] = frozenset()
    languages: frozenset[str] = field(default_factory=frozenset)


def read_facts(world: World, solvables: Iterable[int]) -> dict[str, PackageFacts]:
    """Return the facts of some packages by name, with the paths of whatever file lists were loaded."""
    newest: dict[str, Any] = {}
    offers: dict[str, set[str]] = {}
    held = frozenset(solvables)
    for solvable in map(world.solvable, sorted(held)):
        known = newest.setdefault(solvable.name, solvable)
        if known.evrcmp(solvable) < 0:
            newest[solvable.name] = solvable
        provides = map(world.text, world.dependencies(solvable, solv.SOLVABLE_PROVIDES))
        names = (text.partition(" ")[0] for text in provides)
        own = (solvable.name, f"{solvable.name}(")
        offers.setdefault(solvable.name, set()).update(n for n in names if n != own[0] and not n.startswith(own[1]))
    for name, path in _paths(world, held):
        offers[name].add(path)
    return {name: _facts(world, newest[name], frozenset(offers[name])) for name in sorted(newest)}


def page_of(url: str) -> str:
    """Return what of a URL names the project: host and path in lower case, the same for all addresses of one site."""
    address = url.strip().lower()
    try:
        split = urlsplit(address if "//" in address else f"//{address}")
    except ValueError:  # what stands there is no URL, and so no evidence
        return ""
    text = f"{split.netloc.removeprefix('www.')}{split.path}".rstrip("/")
    for pattern, site in _SITES:
        match = pattern.match(text)
        if match is not None:
            return f"{site}:{match[1]}" if site else match.group().removesuffix(".git")
    text = _LAST_WORDS.sub("", text)
    return text.rstrip("/") if "." in text.partition("/")[0] else ""


def _facts(world: World, solvable: Any, offers: frozenset[str]) -> PackageFacts:
    requires = map(world.text, world.dependencies(solvable, solv.SOLVABLE_REQUIRES))
    languages = map(_language, requires)
    return PackageFacts(
        name=solvable.name,
        source=source_name(solvable),
        version=split_evr(solvable.evr)[1],
        page=page_of(solvable.lookup_str(solv.SOLVABLE_URL) or ""),
        summary=frozenset(re.findall(r"[a-z0-9]{3,}", (solvable.lookup_str(solv.SOLVABLE_SUMMARY) or "").lower())),
        offers=offers,
        languages=frozenset(language for language in languages if language),
    )


def _language(requirement: str) -> str:
    found = next((language for language in _LANGUAGES if requirement.startswith(language)), "")
    return "rubygem" if found == "ruby" else found


def _paths(world: World, held: frozenset[int]) -> Iterable[tuple[str, str]]:
    whole = solv.Dataiterator.SEARCH_STRINGSTART | solv.Dataiterator.SEARCH_FILES
    for match in world.pool.Dataiterator(solv.SOLVABLE_FILELIST, "/", whole):
        if match.solvid in held:
            yield world.solvable(match.solvid).name, match.str
