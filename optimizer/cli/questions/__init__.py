"""The sub-commands of `pkgset explain`: one module a question."""
