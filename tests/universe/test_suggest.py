"""Suggested equivalents: what a name says, what a page is, what counts as evidence, and what is never proposed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.problem.dependency import Capability, parse_dependency
from optimizer.problem.problem import Equivalent, Origin, Position, Problem, RepositorySource
from optimizer.repository.cache import Cache
from optimizer.repository.progress import Silent
from optimizer.repository.repository import open_repository
from optimizer.universe.likeness import Likeness
from optimizer.universe.load import Loaded, load_world
from optimizer.universe.name_family import Difference, differences, fits_version, parse_name, role_in
from optimizer.universe.package_facts import PackageFacts, page_of
from optimizer.universe.suggest import LEAD, PROPOSED_FROM, Suggestion, rank_candidates, suggest_equivalents
from tests.oracle.repositories import write_repositories
from tests.oracle.world import OraclePackage, World

HERE = Position("test", 1, "")


def facts(name: str, source: str = "", version: str = "1.0", page: str = "", **more: frozenset[str]) -> PackageFacts:
    """One name of a distribution; a page as `page_of` gives it."""
    return PackageFacts(name, source or name, version, page, **more)


def suggested(own: PackageFacts | list[PackageFacts], *upstream: PackageFacts) -> str | None:
    """What is proposed for the (first) downstream package, None for nothing certain."""
    downstream = own if isinstance(own, list) else [own]
    likeness = Likeness({one.name: one for one in downstream}, {one.name: one for one in upstream})
    proposed = rank_candidates(likeness, downstream[0].name).proposed
    return None if proposed is None else proposed.upstream


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ("bindutils", "bind-utils", Difference.SPELLING),
        ("cython", "Cython", Difference.SPELLING),
        ("httpd-docs", "httpd-manual", Difference.SPELLING),
        ("python3-libcap-ng", "libcap-ng-python3", Difference.SPELLING),
        ("python2-six", "python-six", Difference.SPELLING),
        ("XML-Parser", "perl-XML-Parser", Difference.LANGUAGE),
        ("mpc", "libmpc", Difference.LIBRARY),
        ("glib-devel", "glib2-devel", Difference.VERSION),
        ("libsigc++", "libsigc++20", Difference.VERSION),
    ],
)
def test_names_of_one_family_differ_in_one_thing(one: str, other: str, difference: Difference) -> None:
    assert differences(parse_name(one), parse_name(other)) == frozenset({difference})
    assert differences(parse_name(other), parse_name(one)) == frozenset({difference})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("python3-six", "python-six"),
        ("python3-wheel", "python3.11-wheel"),
        ("perl-zip", "rubygem-zip"),
        ("glib-devel", "glib2"),
        ("autoconf213", "autoconf269"),
        ("tar", "star"),
    ],
)
def test_names_that_are_no_family(one: str, other: str) -> None:
    assert differences(parse_name(one), parse_name(other)) is None


@pytest.mark.parametrize(
    ("name", "source", "role"),
    [
        ("git", "git", ""),
        ("git-devel", "git", "devel"),
        ("linux-docs", "linux", "doc"),
        ("libzstd", "zstd", "libs"),
        ("liblua5_1", "lua", "libs"),
        ("libcurl-devel", "curl", "devel"),
        ("audit-libs-devel", "audit", "libs-devel"),
        ("glib2-devel", "glib2", "devel"),
        ("libtool-ltdl", "libtool", "ltdl"),
        ("libltdl", "libtool", ":libltdl"),
        ("python3-rpm", "rpm", "python3"),
    ],
)
def test_what_a_package_is_beside_its_source(name: str, source: str, role: str) -> None:
    assert role_in(name, source) == role


def test_digits_in_a_name_are_a_version_only_if_the_package_has_it() -> None:
    assert fits_version("3", "3.2.21")
    assert fits_version("24", "2.42.0")
    assert not fits_version("2", "3.12")
    assert not fits_version("20", "2.4")
    assert fits_version("20", "2.4", series=True)
    assert not fits_version("15", "2.7", series=True)


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("http://www.gnu.org/software/bash/", "gnu.org/software/bash"),
        ("https://gnu.org/software/bash", "gnu.org/software/bash"),
        ("http://search.cpan.org/~toddr/XML-Parser-2.41/", "cpan:xml-parser"),
        ("https://metacpan.org/release/XML-Parser", "cpan:xml-parser"),
        ("https://pypi.python.org/packages/source/j/jsonpatch/jsonpatch-1.9.tar.gz", "pypi:jsonpatch"),
        ("https://pypi.org/project/jsonpatch/", "pypi:jsonpatch"),
        ("http://ftp.gnome.org/pub/gnome/sources/glib/2.42/glib-2.42.0.tar.xz", "gnome:glib"),
        ("http://fuse.sourceforge.net/", "sourceforge:fuse"),
        ("https://sourceforge.net/projects/fuse", "sourceforge:fuse"),
        ("https://github.com/Thom311/libnl/releases", "github.com/thom311/libnl"),
        ("https://github.com/thom311/libnl.git", "github.com/thom311/libnl"),
        ("www.postgresql.org", "postgresql.org"),
        ("dparted-0.1.tar.gz", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_one_page_for_all_addresses_of_a_project(url: str, page: str) -> None:
    assert page_of(url) == page


def test_another_spelling_is_enough() -> None:
    assert suggested(facts("cython"), facts("Cython", version="2")) == "Cython"


def test_a_language_is_believed_of_a_package_that_requires_it_only() -> None:
    perl = facts("perl-XML-Parser")
    assert suggested(facts("XML-Parser"), perl) is None
    assert suggested(facts("XML-Parser", languages=frozenset({"perl"})), perl) == "perl-XML-Parser"
    assert suggested(facts("XML-Parser", page="cpan:xml-parser"), perl) == "perl-XML-Parser"
    assert suggested(facts("rubygem-zip"), facts("zip")) is None
    assert suggested(facts("openscap-perl", "openscap"), facts("openscap", languages=frozenset({"perl"}))) is None


def test_a_version_in_a_name_must_be_the_versions_of_both() -> None:
    assert suggested(facts("glib", version="2.42.0"), facts("glib2", version="2.40")) == "glib2"
    assert suggested(facts("fuse", version="2.9", page="fuse"), facts("fuse3", version="3.10", page="fuse")) is None
    python = [facts("python3", version="3.4", page="python.org")]
    assert suggested(python, facts("python", version="2.7", page="python.org")) is None
    iproute = facts("iproute", version="6.1", page="kernel.org/iproute2")
    assert suggested(facts("iproute2", version="6.0", page="kernel.org/iproute2"), iproute) == "iproute"


def test_the_same_page_counts_less_the_more_sources_share_it() -> None:
    kernel = facts("kernel", version="3.10", page="kernel.org")
    linux = facts("linux", version="4.0", page="kernel.org")
    headers = facts("linux-api-headers", version="4.0", page="kernel.org")
    assert suggested(linux, kernel) == "kernel"
    assert suggested([linux, headers], kernel) is None
    parts = [facts(f"linux-{part}", "linux", "4.0", "kernel.org") for part in ("dev", "docs")]
    theirs = [facts(f"kernel-{part}", "kernel", "3.10", "kernel.org") for part in ("devel", "doc")]
    assert suggested([linux, headers, *parts], kernel, *theirs) == "kernel"
    assert suggested([parts[0], linux, headers, parts[1]], kernel, *theirs) == "kernel-devel"


def test_files_and_capabilities_speak_for_a_package_by_their_share() -> None:
    tools = facts("shadow-utils", offers=frozenset({"/usr/sbin/useradd", "/usr/sbin/userdel"}), version="4")
    whole = facts("shadow", offers=frozenset({"/usr/sbin/useradd", "/usr/sbin/userdel"}))
    assert suggested(whole, tools) == "shadow-utils"
    part = facts("accounts", offers=frozenset({"/usr/sbin/useradd", "/usr/bin/a", "/usr/bin/b", "/usr/bin/c"}))
    assert suggested(part, tools) is None


def test_one_shared_file_is_not_enough_by_itself_nor_what_sits_right_in_etc() -> None:
    yum = facts("yum", offers=frozenset({"/usr/bin/yum", "/etc/yum.repos.d", "/etc/yum.conf"}), version="3")
    assert suggested(facts("tdnf", offers=frozenset({"/usr/bin/yum"})), yum) is None
    assert suggested(facts("photon-repos", offers=frozenset({"/etc/yum.repos.d", "/etc/yum.conf"})), yum) is None


def test_what_many_provide_says_nothing() -> None:
    offers = frozenset({"mta", "smtpd"})
    mailers = [facts(name, offers=offers, version=name) for name in ("one", "two", "three", "four")]
    assert suggested(facts("mailer", offers=offers), *mailers) is None
    assert suggested(facts("mailer", offers=offers), mailers[0]) == "one"


def test_headers_never_stand_for_a_package_without_them() -> None:
    offers = frozenset({"pkgconfig(glib-2.0)", "pkgconfig(gio-2.0)"})
    assert (
        suggested(facts("glib", version="2.4", offers=offers), facts("glib2-devel", "glib2", "2.4", offers=offers))
        is None
    )
    assert suggested(facts("cryptsetup-devel", "cryptsetup"), facts("cryptsetup")) is None


def test_translations_lie_in_common_or_in_the_main_package() -> None:
    own = [facts("glibc-lang", "glibc"), facts("glibc")]
    assert suggested(own, facts("glibc")) == "glibc"
    assert suggested(own, facts("glibc"), facts("glibc-common", "glibc")) == "glibc-common"


def test_libraries_lie_in_the_main_package_if_nowhere_else() -> None:
    own = facts("zstd-libs", "zstd")
    assert suggested(own, facts("zstd")) == "zstd"
    assert suggested(own, facts("zstd"), facts("libzstd", "zstd")) == "libzstd"
    assert (
        suggested(facts("audit-devel", "audit"), facts("audit"), facts("audit-libs-devel", "audit"))
        == "audit-libs-devel"
    )


def test_nothing_is_proposed_where_two_are_as_good() -> None:
    one, other = (facts(name, version="8", page="openjdk.org") for name in ("java-headless", "java-full"))
    assert suggested(facts("jdk", version="8", page="openjdk.org"), one) == "java-headless"
    assert suggested(facts("jdk", version="8", page="openjdk.org"), one, other) is None


def _problem(directory: Path, *packages: OraclePackage, equivalents: tuple[Equivalent, ...] = ()) -> Problem:
    origins = (("ours", Origin.DOWNSTREAM), ("theirs", Origin.UPSTREAM))
    write_repositories(World(origins, packages), directory)
    repositories = tuple(RepositorySource(name, origin, (str(directory / name),), HERE) for name, origin in origins)
    return Problem("test", "x86_64", repositories, (), directory / "problem.yaml", equivalents=equivalents)


def _suggest(problem: Problem, directory: Path) -> dict[str, Suggestion]:
    cache = Cache(directory / "cache")
    opened = [open_repository(one, mirror=None, cache=cache, progress=Silent()) for one in problem.repositories]

    def load(asked: Problem, filelists: bool) -> Loaded:
        return load_world(asked, opened, cache, Silent(), filelists=filelists)

    return {one.name: one for one in suggest_equivalents(problem, load)}


def _ours(name: str, **more: object) -> OraclePackage:
    return OraclePackage(name, repository="ours", source=name, **more)  # type: ignore[arg-type]


def _theirs(name: str, **more: object) -> OraclePackage:
    return OraclePackage(name, repository="theirs", source=name, **more)  # type: ignore[arg-type]


def test_names_that_upstream_provides_or_the_table_has_are_left_out(tmp_path: Path) -> None:
    row = Equivalent("known", (parse_dependency("bash"),), "", False, HERE)
    packages = [_ours(name) for name in ("bash", "virtual", "/bin/path", "known", "unknown", "foo_bar")]
    theirs = [_theirs("bash", provides=(Capability("virtual"),), files=("/bin/path",)), _theirs("foo-bar")]
    found = _suggest(_problem(tmp_path, *packages, *theirs, equivalents=(row,)), tmp_path)
    assert sorted(found) == ["foo_bar", "unknown"]
    assert found["unknown"] == Suggestion(name="unknown", proposed=None, others=())
    proposed = found["foo_bar"].proposed
    assert proposed is not None
    assert proposed.upstream == "foo-bar"
    assert proposed.score >= PROPOSED_FROM
    assert proposed.evidence[0] == "name differs in spelling"


def test_paths_of_complete_file_lists_are_evidence(tmp_path: Path) -> None:
    files = ("/usr/lib64/libone.so.1", "/usr/share/one/two")
    found = _suggest(_problem(tmp_path, _ours("mine", files=files), _theirs("other", files=files)), tmp_path)
    proposed = found["mine"].proposed
    assert proposed is not None
    assert proposed.upstream == "other"
    assert proposed.evidence[0] == "provides /usr/lib64/libone.so.1 and 1 more as well"


def test_packages_of_another_architecture_are_not_proposed(tmp_path: Path) -> None:
    problem = _problem(tmp_path, _ours("foo_bar"), _theirs("foo-bar", arch="s390x"))
    assert _suggest(problem, tmp_path)["foo_bar"].proposed is None


def test_the_lead_is_what_makes_certain(tmp_path: Path) -> None:
    found = _suggest(_problem(tmp_path, _ours("foo_bar"), _theirs("foo-bar"), _theirs("foo.bar")), tmp_path)[
        "foo_bar"
    ]
    assert found.proposed is None
    assert [other.upstream for other in found.others] == ["foo-bar", "foo.bar"]
    assert found.others[0].score - found.others[1].score < LEAD


NAMES = (
    "glib",
    "glib2",
    "glib-devel",
    "glib2-devel",
    "libglib",
    "python-glib",
    "python3-glib",
    "glib-lang",
    "glib_2",
    "g",
)
PAGES = ("", "glib.org", "pypi:glib")
OFFERS = ("/usr/bin/glib", "pkgconfig(glib-2.0)", "/etc/glib", "/etc/glib/conf")


@st.composite
def distributions(draw: st.DrawFn) -> list[PackageFacts]:
    """Some names of one family, each with a source, a version, a page and offers of few to choose from."""
    return [
        facts(
            name,
            draw(st.sampled_from(NAMES)),
            draw(st.sampled_from(("1.0", "2.0", "2.4"))),
            draw(st.sampled_from(PAGES)),
            offers=frozenset(draw(st.lists(st.sampled_from(OFFERS), max_size=3))),
            languages=frozenset(draw(st.lists(st.sampled_from(("python", "python3")), max_size=1))),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=5))
    ]


@settings(max_examples=60)
@given(distributions(), distributions())
def test_the_order_of_packages_changes_nothing_and_what_is_certain_is_upstream(
    ours: list[PackageFacts], theirs: list[PackageFacts]
) -> None:
    likeness = Likeness({one.name: one for one in ours}, {one.name: one for one in theirs})
    again = Likeness({one.name: one for one in reversed(ours)}, {one.name: one for one in reversed(theirs)})
    for one in ours:
        found = rank_candidates(likeness, one.name)
        assert found == rank_candidates(again, one.name)
        if found.proposed is not None:
            assert found.proposed.score >= PROPOSED_FROM
            assert found.proposed.upstream in {other.name for other in theirs}
            assert all(found.proposed.score - other.score >= LEAD for other in found.others)
            assert ("devel" in one.name) == ("devel" in found.proposed.upstream)
            assert {parse_name(one.name).language, parse_name(found.proposed.upstream).language} != {
                "python",
                "python3",
            }
