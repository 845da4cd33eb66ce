"""A real problem whose repositories are real, and served by this machine."""

from __future__ import annotations

from pathlib import Path

from benchmarks.place import ROOT

_SITES = {
    "https://mirror.stream.centos.org/9-stream/BaseOS/x86_64/os/": "centos-stream-9-baseos",
    "https://mirror.stream.centos.org/9-stream/AppStream/x86_64/os/": "centos-stream-9-appstream",
}


def over_http(directory: Path) -> Path:
    """Write cs9-host with each repository named by its directory of real metadata, and return the file."""
    text = (ROOT / "problems" / "real" / "cs9-host.yaml").read_text(encoding="utf-8")
    for url, name in _SITES.items():
        text = text.replace(url, name)
    file = directory / "cs9-host.yaml"
    file.write_text(text, encoding="utf-8")
    return file
