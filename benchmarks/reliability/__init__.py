"""What pkgset promises and how hard it was tried: docs/reliability.md, made by commands."""
