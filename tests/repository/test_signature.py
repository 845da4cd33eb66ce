"""Signed repositories: which signatures count, and that nothing else ever opens a repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from optimizer.problem.error import ProblemError
from optimizer.repository import transfer
from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData, RepositoryUnreachable, SignatureLibraryMissing
from optimizer.repository.repository import Repository, open_part, open_repository
from tests.repository.making import PRIMARY, Part, Warnings, source, write_repository
from tests.repository.serving import serve, serve_with_nginx, status
from tests.repository.signing import SIGNATURE, Signer, signed, signer

pytestmark = pytest.mark.tool("gpg")

REPOMD = "repodata/repomd.xml"


@dataclass(frozen=True)
class Keys:
    """GnuPG and the key files it exported, by name."""

    gpg: Signer
    directory: Path

    def file(self, *names: str) -> Path:
        path = self.directory / "-".join(("key", *names))
        if not path.exists():
            path.write_bytes(self.gpg.export(*names))
        return path


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    directory = tmp_path_factory.mktemp("keys")
    # Not below the test's directory: the path of an agent's socket may have 107 bytes.
    home = Path(f"/tmp/pkgset-gpg-{os.getpid()}")
    with signer(home) as gpg:
        gpg.make("good")
        gpg.make("other")
        gpg.make("rsa", "rsa2048")
        gpg.make("small", "rsa1024")
        gpg.make("timeless", at="20200101")
        gpg.make("old", end="2021-01-01", at="20200101")
        yield Keys(gpg, directory)
    shutil.rmtree(home)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_repository(tmp_path / "root", [Part("primary", PRIMARY)])


def sign(root: Path, keys: Keys, *names: str, at: str | None = None, more: tuple[str, ...] = ("--armor",)) -> None:
    (root / SIGNATURE).write_bytes(keys.gpg.sign((root / REPOMD).read_bytes(), *names, at=at, more=more))


def opened(
    key: object, *locations: object, progress: Warnings | None = None, mirror: Path | None = None
) -> Repository:
    wanted = signed(key, *locations)
    return open_repository(wanted, mirror=mirror, cache=Cache(), progress=progress or Warnings())


def refused(key: object, root: Path) -> str:
    with pytest.raises(BadRepositoryData) as caught:
        opened(key, root)
    assert caught.value.exit_code == 65
    assert caught.value.file == SIGNATURE
    text = str(caught.value)
    assert text.startswith(f"repository test: {root}: {SIGNATURE}: signature ")
    assert "\n" not in text
    assert "expected one of" in text
    return text


@pytest.mark.parametrize("name", ["good", "rsa", "timeless"])
def test_a_good_signature_is_named(name: str, root: Path, keys: Keys) -> None:
    sign(root, keys, name)
    repository = opened(keys.file(name), root)
    assert repository.signed_by == keys.gpg.fingerprints(name)[0]
    file = open_part(repository, "primary")
    assert file is not None
    with file:
        assert file.read() == PRIMARY


def test_no_signature_is_looked_for_where_none_is_asked_for(root: Path) -> None:
    (root / SIGNATURE).write_bytes(b"nonsense")
    assert open_repository(source(root), mirror=None, cache=Cache(), progress=Warnings()).signed_by is None


def test_a_signature_without_armour(root: Path, keys: Keys) -> None:
    sign(root, keys, "good", more=())
    assert opened(keys.file("good"), root).signed_by == keys.gpg.fingerprints("good")[0]


def test_any_key_of_any_file_will_do(root: Path, keys: Keys) -> None:
    sign(root, keys, "rsa")
    assert opened((keys.file("good", "other"), keys.file("rsa")), root).signed_by == keys.gpg.fingerprints("rsa")[0]


@pytest.mark.parametrize("more", [("--armor",), ()])
def test_one_good_signature_of_several_is_enough(more: tuple[str, ...], root: Path, keys: Keys) -> None:
    sign(root, keys, "other", "good", "rsa", more=more)
    for name in ("other", "good", "rsa"):
        assert opened(keys.file(name), root).signed_by == keys.gpg.fingerprints(name)[0]
    assert "by the unknown key" in refused(keys.file("timeless"), root)


def test_no_signature(root: Path, keys: Keys) -> None:
    text = refused(keys.file("good"), root)
    assert "signature missing" in text
    assert text.endswith("found No such file or directory")
    assert keys.gpg.fingerprints("good")[0] in text


def test_a_signature_of_another_repomd(root: Path, keys: Keys) -> None:
    sign(root, keys, "good")
    path = root / REPOMD
    path.write_bytes(path.read_bytes() + b"<!-- later -->")
    assert "that is not of these bytes" in refused(keys.file("good"), root)


def test_nothing_is_parsed_before_the_signature_is_checked(root: Path, keys: Keys) -> None:
    sign(root, keys, "good")
    (root / REPOMD).write_bytes(b"<no xml")
    assert "that is not of these bytes" in refused(keys.file("good"), root)


def test_an_unknown_key(root: Path, keys: Keys) -> None:
    sign(root, keys, "other")
    stranger = keys.gpg.fingerprints("other")[0]
    assert refused(keys.file("good"), root).endswith(f"found one by the unknown key {stranger}")


@pytest.mark.parametrize("weak", ["MD5", "SHA1", "RIPEMD"])
def test_a_weak_hash(weak: str, root: Path, keys: Keys) -> None:
    sign(
        root,
        keys,
        "rsa",
        more=(
            "--armor",
            "--allow-weak-digest-algos",
            "--digest-algo",
            weak.replace("MD", "MD160") if weak[0] == "R" else weak,
        ),
    )
    assert f"with the weak hash {weak.lower()}" in refused(keys.file("rsa"), root).lower()


def test_a_weak_key(root: Path, keys: Keys) -> None:
    sign(root, keys, "small")
    assert "which is not accepted: RSA1024 is not considered secure" in refused(keys.file("small"), root)


def test_a_key_that_rests_on_sha1(root: Path, keys: Keys) -> None:
    """So do those of many distributions before 2014, which made their own signature with SHA-1."""
    keys.gpg.run(
        "--cert-digest-algo",
        "SHA1",
        "--allow-weak-digest-algos",
        "--quick-generate-key",
        "ancient@test",
        "rsa2048",
        "sign",
    )
    sign(root, keys, "ancient")
    assert "which is not accepted: SHA1 is not considered secure" in refused(keys.file("ancient"), root)


def test_a_key_that_expired_since(root: Path, keys: Keys) -> None:
    sign(root, keys, "old", at="20200601")
    assert "which expired on 2021-01-01" in refused(keys.file("old"), root)


def test_a_signature_that_expired(root: Path, keys: Keys) -> None:
    sign(root, keys, "timeless", at="20200601", more=("--armor", "--default-sig-expire", "1d"))
    assert "that expired on 2020-06-02" in refused(keys.file("timeless"), root)


def test_a_signature_of_the_future(root: Path, keys: Keys) -> None:
    sign(root, keys, "timeless", at="20990101")
    told = refused(keys.file("timeless"), root)
    assert "of 2099-01-01, which is in the future (this machine's clock says 20" in told


@pytest.mark.parametrize("reason", ["0", "1", "3"])
def test_a_revoked_key(reason: str, root: Path, keys: Keys) -> None:
    """One revoked as out of use (3) would pass for what it signed before: it does not here."""
    name = f"revoked{reason}"
    keys.gpg.make(name)
    sign(root, keys, name)
    if reason == "0":
        keys.gpg.revoke(name)
    else:
        answers = f"y\n{reason}\n\ny\n".encode()
        words = ("--command-fd", "0", "--armor", "--gen-revoke", f"{name}@test")
        keys.gpg.run("--import", data=keys.gpg.run(*words, data=answers, batch=False))
    assert "which is revoked" in refused(keys.file(name), root)


def test_a_revocation_counts_whichever_file_knows_of_it(root: Path, keys: Keys) -> None:
    keys.gpg.make("late")
    sign(root, keys, "late")
    before, after = keys.file("late"), keys.directory / "late-after"
    assert opened(before, root).signed_by
    keys.gpg.revoke("late")
    after.write_bytes(keys.gpg.export("late"))
    assert "which is revoked" in refused((before, after), root)
    assert "which is revoked" in refused((after, before), root)


def test_subkeys_sign_for_their_certificate_until_they_end(root: Path, keys: Keys) -> None:
    primary = keys.gpg.make("family", use="cert", at="20200101")
    keys.gpg.run("--quick-add-key", primary, "ed25519", "sign", "2021-01-01", at="20200102")
    sign(root, keys, "family", at="20200601")
    assert "which expired on 2021-01-01" in refused(keys.file("family"), root)
    keys.gpg.run("--quick-add-key", primary, "ed25519", "sign", "never")
    (keys.directory / "family-later").write_bytes(keys.gpg.export("family"))
    sign(root, keys, "family")
    assert opened(keys.directory / "family-later", root).signed_by == primary


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "nothing"),
        (b"hello", "no signature"),
        (b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n", "a signature that is cut short"),
        (b"-----BEGIN PGP SIGNATURE-----\n\n*&^\n-----END PGP SIGNATURE-----", "no base64 text"),
        (b"-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----", "nothing"),
        (b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----", "no OpenPGP data"),
        (b"\xc8\x03abc", "an OpenPGP packet of type 8"),
        (b"\xa3\x01", "a signature of no known length"),
        (b"\xc2\xe5abcdef", "a signature of no known length"),
        (b"\xc2\xff\xff\xff\xff\xffabc", "a signature that is cut short"),
        (b"\xc2", "a signature of no known length"),
        (b"\xc2\x03abc", "one that cannot be read ("),
        (b"\xc2\x00" * 17, "17 signatures, more than 16"),
    ],
)
def test_what_is_no_signature(content: bytes, found: str, root: Path, keys: Keys) -> None:
    (root / SIGNATURE).write_bytes(content)
    assert f"found {found}" in refused(keys.file("good"), root)


def test_every_damaged_byte_is_noticed(root: Path, keys: Keys) -> None:
    """What is not hashed (the key's id, the first bytes of the digest) may change; the bytes signed are the same."""
    sign(root, keys, "good", more=())
    whole = (root / SIGNATURE).read_bytes()
    accepted = 0
    for position in range(len(whole)):
        (root / SIGNATURE).write_bytes(whole[:position] + bytes([whole[position] ^ 0x41]) + whole[position + 1 :])
        try:
            accepted += opened(keys.file("good"), root).signed_by == keys.gpg.fingerprints("good")[0]
        except BadRepositoryData:
            continue
    assert accepted <= 12


def test_a_signature_too_large(root: Path, keys: Keys) -> None:
    (root / SIGNATURE).write_bytes(bytes(1 << 17))
    with pytest.raises(BadRepositoryData, match="too large: expected at most 65536 bytes"):
        opened(keys.file("good"), root)


def test_a_key_as_a_signature(root: Path, keys: Keys) -> None:
    (root / SIGNATURE).write_bytes(keys.gpg.export("good"))
    assert "found no signature" in refused(keys.file("good"), root)


def test_a_solv_file_cannot_be_signed(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "x.solv").write_bytes(b"SOLV")
    with pytest.raises(BadRepositoryData, match=r"x.solv: has no signature: expected repodata/repomd.xml, signed"):
        opened(keys.file("good"), tmp_path / "x.solv")


@pytest.mark.parametrize("content", [b"", b"garbage", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ"])
def test_a_file_that_holds_no_key(content: bytes, root: Path, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        opened(tmp_path / "key", root)
    words = "problem.yaml:7: repositories[0].gpgkey: expected a file of OpenPGP public keys, found "
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


def test_a_key_file_that_went_away(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="No such file"):
        opened(tmp_path / "key", root)


def test_the_library_is_missing(root: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(root, keys, "good")
    monkeypatch.setitem(sys.modules, "pysequoia", None)
    with pytest.raises(SignatureLibraryMissing, match="pip install pysequoia") as caught:
        opened(keys.file("good"), root)
    assert caught.value.exit_code == 2


def test_the_library_is_loaded_for_signatures_only() -> None:
    program = "import sys; import optimizer.pipeline; print('pysequoia' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_a_bad_mirror_is_named_and_does_not_stop_a_good_one(root: Path, keys: Keys, tmp_path: Path) -> None:
    unsigned = Path(shutil.copytree(root, tmp_path / "unsigned"))
    sign(root, keys, "good")
    forged = Path(shutil.copytree(root, tmp_path / "forged"))
    sign(forged, keys, "other")
    progress = Warnings()
    repository = opened(keys.file("good"), unsigned, forged, root, progress=progress)
    assert repository.location == str(root)
    assert [str(unsigned) in progress.texts[0], str(forged) in progress.texts[1]] == [True, True]
    assert "signature missing" in progress.texts[0]
    assert "unknown key" in progress.texts[1]
    assert len(progress.texts) == 2


def test_the_directory_that_stands_in_for_a_url_must_be_signed_too(root: Path, keys: Keys, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "mirror" / "test")
    with pytest.raises(BadRepositoryData, match="signature missing"):
        opened(keys.file("good"), tmp_path / "absent", mirror=tmp_path / "mirror")


def test_over_http(root: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "BACK_OFF_S", 0.001)
    with serve(root) as web:
        with pytest.raises(BadRepositoryData, match=r"signature missing: .*found 404 Not Found"):
            opened(keys.file("good"), web.url)
        sign(root, keys, "good")
        assert opened(keys.file("good"), web.url).signed_by == keys.gpg.fingerprints("good")[0]
        assert web.asked[-2:] == [f"GET /{REPOMD}", f"GET /{SIGNATURE}"]
        web.answers[f"/{SIGNATURE}"] = [status(500)]
        with pytest.raises(RepositoryUnreachable, match=f"{SIGNATURE}: 500") as caught:
            opened(keys.file("good"), web.url)
        assert caught.value.exit_code == 66


@pytest.mark.tool("nginx")
def test_over_nginx(root: Path, keys: Keys, tool: Callable[[str], Path], tmp_path: Path) -> None:
    work = tmp_path / "nginx"
    work.mkdir()
    with serve_with_nginx(tool("nginx"), root, work) as url:
        with pytest.raises(BadRepositoryData, match="signature missing"):
            opened(keys.file("good"), url)
        sign(root, keys, "good")
        progress = Warnings()
        assert opened(keys.file("good"), f"{url}/gone", f"{url}/moved/", progress=progress).signed_by
        assert "404" in progress.texts[0]
