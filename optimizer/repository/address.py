"""Web addresses as text: what needs no connection, and so none of what makes one."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit


def is_web(location: str) -> bool:
    """Return whether a location is an http or https URL."""
    return location.lower().startswith(("http://", "https://"))


def join(base: str, href: str) -> str:
    """Return the URL of a file of the repository at `base`, whose query, if any, is kept (tokens)."""
    split = urlsplit(base)
    path = split.path.rstrip("/") + "/" + quote(href, safe="/%!$&'()*+,;=:@~")
    return urlunsplit(split._replace(path=path))


def without_secrets(url: str) -> str:
    """Return a URL to show: no user, password or query."""
    split = urlsplit(url)
    return urlunsplit(split._replace(netloc=split.netloc.rpartition("@")[2], query=""))
