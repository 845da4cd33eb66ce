"""pkgset: the minimal-OS package-set optimiser."""

__version__ = "0.1.0"
