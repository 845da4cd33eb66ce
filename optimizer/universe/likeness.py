"""How much speaks for an upstream package being what a downstream name stands for: evidence, each with its points.

| evidence | points |
|---|--:|
| *own* offers files and capabilities that at most three upstream names offer | 70 x their share, a single one 50 x |
| *name* another spelling (case, `-`, `_`, `.`) | 60 |
| *name* a language more, where the bare one is of that language by what it requires or by its page | 60 |
| *name* a version more at the end of the upstream name / less, one that both packages have | 60 / 45 |
| *name* a `lib` more / less in front | 55 / 20 |
| *name* a language's prefix more or less, without more ado; two differences | 10 |
| *source* has the same name | 40 |
| *source* has the same page, of no other source / of a few | 35 / 20 |
| *source* has packages that offer half / a fifth of what the downstream one's do, this one nothing | 25 / 15 |
| *source* has a name that is like it, and the packages' own names are not | half of what *name* gives |
| *source* is split into two or more of the same parts | 10 |
| *part* the same beside its source (`-devel` for `-devel`, main for main) | 30 |
| *part* translations, where upstream has them in the package `common` or the main one | 25 |
| *part* libraries, where upstream's source of the same name has them in the main package | 25 |
| *version* the same / the same major number | 15 / 5 |
| *summary* more than half of the words are the same | 10 |

*own* and *name* stand alone; *source* counts, at most 60, only together with *part*, and *part* only together with
*source*; *version* and *summary* only with any. Never a pair: a part of something (headers, documentation,
translations, tests) and what is none, but for the rows that say so; two languages, python2 and python3 included; a
name or source that ends in a version of its own (python3, fuse3, postgresql14) and what is of another version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from optimizer.universe.name_family import (
    Difference,
    Name,
    differences,
    fits_version,
    is_part,
    parse_name,
    role_in,
)
from optimizer.universe.package_facts import PackageFacts

_DISTINCTIVE = 3
_ONE_FAMILY = 5
_SOURCE_AT_MOST = 60


class Evidence(NamedTuple):
    """One thing that speaks for a pair, in words, and its points."""

    words: str
    points: int


class Likeness:
    """Compares the names of a downstream distribution with those of an upstream one."""

    def __init__(self, downstream: Mapping[str, PackageFacts], upstream: Mapping[str, PackageFacts]) -> None:
        self._downstream, self._upstream = downstream, upstream
        self._down_sources, self._up_sources = _by_source(downstream), _by_source(upstream)
        self._down_pages, self._up_pages = _sources_by_page(downstream), _sources_by_page(upstream)
        self._offered: dict[str, list[str]] = defaultdict(list)
        self._stems: dict[str, list[str]] = defaultdict(list)
        self._source_stems: dict[str, list[str]] = defaultdict(list)
        for name, facts in upstream.items():
            self._stems[parse_name(name).stem].append(name)
            for offer in _telling(facts.offers):
                self._offered[offer].append(name)
        for source in self._up_sources:
            self._source_stems[parse_name(source).stem].append(source)
        self._source_offers = {
            source: frozenset(offer for name in names for offer in _telling(downstream[name].offers))
            for source, names in self._down_sources.items()
        }
        self._affinities: dict[tuple[str, str, bool, bool], tuple[Evidence, ...]] = {}

    def candidates(self, name: str) -> dict[str, tuple[Evidence, ...]]:
        """Return the upstream names for which anything speaks, each with its evidence."""
        own = self._downstream[name]
        names = set(self._stems.get(parse_name(name).stem, ()))
        names.update(held for offer in own.offers for held in self._bearers(offer))
        for source in self._kindred(own.source):
            names.update(self._up_sources[source])
        found = {other: self._evidence(own, self._upstream[other]) for other in sorted(names)}
        return {other: evidence for other, evidence in found.items() if evidence}

    def _evidence(self, own: PackageFacts, other: PackageFacts) -> tuple[Evidence, ...]:
        if not _compatible(own, other):
            return ()
        part = self._part(own, other)
        kinds = (_kind(own), _kind(other))
        if kinds[0] != kinds[1] and (part is None or kinds != ("lang", "")):
            return ()
        offered, named = self._offers(own, other), _name(own, other)
        found = [*offered, *named]
        if part is not None:
            affinity = self._affinity(own.source, other.source, offered=bool(offered), named=bool(named))
            found += [*affinity, part] if affinity else []
        return (*found, *_version(own, other), *_summary(own, other)) if found else ()

    def _offers(self, own: PackageFacts, other: PackageFacts) -> list[Evidence]:
        known = _telling(own.offers)
        shared = sorted(offer for offer in known if other.name in self._bearers(offer))
        if not shared:
            return []
        more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
        return [
            Evidence(
                f"provides {shared[0]}{more} as well", (70 if len(shared) > 1 else 50) * len(shared) // len(known)
            )
        ]

    def _part(self, own: PackageFacts, other: PackageFacts) -> Evidence | None:
        mine, theirs = _role(own), _role(other)
        parts = {_role(self._upstream[name]) for name in self._up_sources[other.source]}
        if mine == theirs:
            return Evidence(f"the same part, {mine.removeprefix(':')}" if mine else "the main package", 30)
        if mine.startswith(":lib") and mine.removeprefix(":lib") == theirs:
            return Evidence(f"the same part, {theirs}", 30)
        if mine == "lang" and theirs == ("common" if "common" in parts else "") and "lang" not in parts:
            named = other.name == own.source or own.source not in self._upstream or theirs
            return Evidence("translations lie there", 25) if named else None
        if (
            mine == "libs"
            and theirs == ""
            and own.source == other.source
            and not any("lib" in part for part in parts)
        ):
            return Evidence("libraries lie in the main package", 25)
        if {mine, theirs} == {"devel", "libs-devel"}:
            return Evidence("headers of its libraries", 25)
        return None

    def _affinity(self, source: str, other: str, *, offered: bool, named: bool) -> tuple[Evidence, ...]:
        key = (source, other, offered, named)
        if key not in self._affinities:
            self._affinities[key] = tuple(self._compare_sources(source, other, offered=offered, named=named))
        return self._affinities[key]

    def _compare_sources(self, source: str, other: str, *, offered: bool, named: bool) -> Iterable[Evidence]:
        """Yield what speaks for two sources, without what the packages' own names or offers have said before."""
        found: list[Evidence] = []
        if source == other:
            found.append(Evidence(f"source {other} as well", 40))
        elif not named:
            kin = _kinship(parse_name(source), parse_name(other), *self._versions(source, other))
            found += [Evidence(f"source {other}: {kin.words}", kin.points // 2)] if kin is not None else []
        found += self._same_page(source, other)
        found += [] if offered else self._same_offers(source, other)
        if found and source != other and self._parts_in_common(source, other) >= 2:
            found.append(Evidence("split into the same parts", 10))
        left = _SOURCE_AT_MOST
        for words, points in found:
            yield Evidence(words, min(points, left))
            left -= min(points, left)

    def _versions(self, source: str, other: str) -> tuple[str, str]:
        mine, theirs = self._down_sources[source][0], self._up_sources[other][0]
        return self._downstream[mine].version, self._upstream[theirs].version

    def _same_page(self, source: str, other: str) -> list[Evidence]:
        pages = {self._downstream[name].page for name in self._down_sources[source]} - {""}
        shared = sorted(page for page in pages if other in self._up_pages.get(page, ()))
        if not shared:
            return []
        above, below = len(self._up_pages[shared[0]]), len(self._down_pages[shared[0]])
        if above > _DISTINCTIVE or below > _ONE_FAMILY:
            return []
        return [Evidence(f"same page {shared[0]}", 35 if above == below == 1 else 20)]

    def _same_offers(self, source: str, other: str) -> list[Evidence]:
        offers = self._source_offers[source]
        theirs = frozenset(self._up_sources[other])
        shared = sum(not theirs.isdisjoint(self._bearers(offer)) for offer in offers)
        if 5 * shared < len(offers) or not shared:
            return []
        return [Evidence(f"source {other} provides the same", 25 if 2 * shared >= len(offers) else 15)]

    def _parts_in_common(self, source: str, other: str) -> int:
        mine = {_role(self._downstream[name]) for name in self._down_sources[source]}
        return len(mine & {_role(self._upstream[name]) for name in self._up_sources[other]} - {""})

    def _kindred(self, source: str) -> set[str]:
        """Return the upstream sources that may be the same project."""
        found = set(self._source_stems.get(parse_name(source).stem, ()))
        if source in self._up_sources:
            found.add(source)
        for name in self._down_sources[source]:
            facts = self._downstream[name]
            pages = self._up_pages.get(facts.page, set())
            found |= pages if len(pages) <= _DISTINCTIVE else set()
            found |= {self._upstream[held].source for offer in facts.offers for held in self._bearers(offer)}
        return found

    def _bearers(self, offer: str) -> list[str]:
        """Return the upstream names that offer something, none where so many do that it says nothing."""
        found = self._offered.get(offer, [])
        return found if len(found) <= _DISTINCTIVE else []


def _telling(offers: Iterable[str]) -> frozenset[str]:
    """Leave out what sits right in /etc: directories that many use, files that rivals share."""
    return frozenset(offer for offer in offers if not (offer.startswith("/etc/") and offer.count("/") < 3))


def _compatible(own: PackageFacts, other: PackageFacts) -> bool:
    mine, theirs = parse_name(own.name), parse_name(other.name)
    if mine.language and theirs.language and mine.language != theirs.language:
        return False
    pairs = [(mine, theirs), (parse_name(own.source), parse_name(other.source))]
    return not any(_clash(*pair, own.version, other.version) for pair in pairs)


def _clash(mine: Name, theirs: Name, version: str, other: str) -> bool:
    """Whether one name ends in a version that its package has and the other package has not."""
    if mine.stem != theirs.stem or mine.version == theirs.version:
        return False
    if mine.version and theirs.version:
        return True
    if mine.version:
        return fits_version(mine.version, version) and not fits_version(mine.version, other)
    above, below = (fits_version(theirs.version, each, series=True) for each in (other, version))
    return above and not below


def _role(facts: PackageFacts) -> str:
    return role_in(facts.name, facts.source)


def _kind(facts: PackageFacts) -> str:
    """What kind of part a package is, be it a source of its own (linux-api-headers) or beside its source."""
    return is_part(_role(facts)) or is_part(parse_name(facts.name).role)


def _name(own: PackageFacts, other: PackageFacts) -> list[Evidence]:
    mine, theirs = parse_name(own.name), parse_name(other.name)
    kin = _kinship(mine, theirs, own.version, other.version)
    if kin is None:
        return []
    if mine.language != theirs.language and kin.points == _KIN[Difference.LANGUAGE]:
        if own.source == other.source:
            return []  # one source's bindings beside its main package
        bare, language = (own, theirs.language) if theirs.language else (other, mine.language)
        known = language in bare.languages or bare.page.startswith(_PAGES.get(language, "\0"))
        if known and differences(mine, theirs) == frozenset({Difference.LANGUAGE}):
            return [Evidence(f"named by its language {language}", 60)]
    return [kin]


_PAGES = {"python": "pypi:", "python3": "pypi:", "perl": "cpan:", "rubygem": "rubygems:"}
_KIN = {Difference.SPELLING: 60, Difference.LANGUAGE: 10, Difference.LIBRARY: 55, Difference.VERSION: 60}


def _kinship(mine: Name, theirs: Name, version: str, other: str) -> Evidence | None:
    found = differences(mine, theirs)
    if found is None:
        return None
    if Difference.VERSION in found:
        digits, series = mine.version or theirs.version, not mine.version
        if not all(fits_version(digits, each, series=series) for each in (version, other)):
            return None
    if len(found) > 1:
        return Evidence("name differs in " + " and ".join(sorted(found)), _KIN[Difference.LANGUAGE])
    (difference,) = found
    if difference is Difference.VERSION and not theirs.version:
        return Evidence("name without the version", 45)
    if difference is Difference.LIBRARY and not theirs.library:
        return Evidence("name without lib", 20)
    return Evidence(f"name differs in {difference}", _KIN[difference])


def _version(own: PackageFacts, other: PackageFacts) -> list[Evidence]:
    if own.version == other.version:
        return [Evidence(f"same version {own.version}", 15)]
    major = own.version.partition(".")[0]
    return [Evidence(f"same major version {major}", 5)] if major == other.version.partition(".")[0] else []


def _summary(own: PackageFacts, other: PackageFacts) -> list[Evidence]:
    union = own.summary | other.summary
    alike = 2 * len(own.summary & other.summary) > len(union) > 0
    return [Evidence("similar summary", 10)] if alike else []


def _by_source(packages: Mapping[str, PackageFacts]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(packages):
        found[packages[name].source].append(name)
    return dict(found)


def _sources_by_page(packages: Mapping[str, PackageFacts]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for facts in packages.values():
        if facts.page:
            found[facts.page].add(facts.source)
    return dict(found)
