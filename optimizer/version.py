"""The version of pkgset: in a module of its own, so that every room may ask for it."""

from __future__ import annotations

VERSION = "0.1.0"
