"""What a test may need of the machine, and the skip (or, in CI, the failure) where it is not there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

PROJECT_ROOT = Path(__file__).resolve().parent.parent

#: Commands whose Debian package is not named like them.
DEBIAN_PACKAGES = {
    "chromedriver": "chromium-driver",
    "createrepo_c": "createrepo-c",
    "dot": "graphviz",
    "gpg": "gnupg",
    "installcheck": "libsolv-tools",
    "localedef": "locales",
    "modifyrepo_c": "createrepo-c",
    "rpmbuild": "rpm",
    "rpmsign": "rpm",
    "rpmspec": "rpm",
    "testsolv": "libsolv-tools",
    "xmllint": "libxml2-utils",
}


def in_ci() -> bool:
    """Return whether the tests run under CI, where nothing may be skipped."""
    return os.environ.get("CI") == "true"


def missing(reason: str) -> NoReturn:
    """Skip the running test because of `reason`; fail it in CI."""
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def require_data() -> Path:
    """Return the directory of real metadata: PKGSET_DATA, or ../shared/data beside the checkout."""
    directory = Path(os.environ.get("PKGSET_DATA", PROJECT_ROOT.parent / "shared" / "data"))
    if not directory.is_dir():
        missing("set PKGSET_DATA to the directory of real metadata (../shared/data)")
    return directory


def require_tool(name: str) -> Path:
    """Return where the command `name` is, or skip with the Debian package that has it."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is None:
        missing(f"apt-get install {DEBIAN_PACKAGES.get(name, name)}")
    return Path(path)
