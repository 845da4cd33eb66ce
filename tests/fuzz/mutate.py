"""Good inputs made bad by what they are: XML by elements, YAML and JSON by trees, text by words, all by bytes.

The same seed of the random numbers gives the same input.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from random import Random
from typing import Any

import yaml

LONGEST = 1 << 18

NUMBERS = [
    *("0", "-1", "1", "00", "+1", "1.5", "1e9", "0x10", "1_000", "NaN", "-9223372036854775809"),
    *(str(2**power + offset) for power in (31, 32, 53, 63, 64) for offset in (-1, 0)),
    *("9" * 30, "1" + "0" * 400, "٣", ""),
]
WORDS = [
    *("", " ", "\t", "\n", "\x00", "\x07", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u202e", "\u200f", "\ufeff", "é"),
    *(
        "\U0001f600",
        "\ud800",
        "a" * 300,
        "a" * 70_000,
        "../../etc/passwd",
        "/",
        "//",
        ".",
        "..",
        "~",
        "%s%n",
        "$(id)",
    ),
    *(
        "(",
        ")",
        "((((",
        "))))",
        "(a and b)",
        "(a if b else c)",
        "(a with b)",
        " and ",
        " or ",
        "not",
        "rpmlib(x)",
        "=",
    ),
    *("a = 1", "a >= 1:2-3", "a <", "1:2:3", "-", "~", "^", "0:0-0", "@core", "*", "?", "[", "]", "{", "}", "null"),
    *("true", "[]", "{}", "&a", "*a", "!!python/object:x", "<<", "<![CDATA[", "&amp;", "&#0;", "&x;", "<!--", "]]>"),
    *("x86_64", "noarch", "src", "i686", "sha256", "md5", "http://[", "http://h:99999/", "file:///", "mirror://"),
]


class Kind(StrEnum):
    """What an input is written in."""

    XML = "xml"
    TREE = "tree"
    TEXT = "text"
    BINARY = "binary"


def mutate(kind: Kind, seeds: Sequence[bytes], random: Random) -> bytes:
    """Return one of the seeds, changed once or a few times, in at most LONGEST bytes."""
    data = random.choice(seeds)
    change = _CHANGES[kind]
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        data = change(data, random)
    if random.random() < 0.15:
        data = _splice(data, random.choice(seeds), random)
    if random.random() < 0.15:
        data = change_bytes(data, random)
    return data[:LONGEST]


def change_bytes(data: bytes, random: Random) -> bytes:
    """Change, drop, repeat or add a few bytes."""
    begin = random.randint(0, len(data))
    end = min(len(data), begin + random.choice((1, 1, 2, 4, 8, 64, 1000)))
    middle = data[begin:end]
    choice = random.randrange(7)
    if choice == 0 and middle:
        changed = bytearray(middle)
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
        middle = bytes(changed)
    elif choice == 1:
        middle = bytes(random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256))) for _ in middle)
    elif choice == 2:
        middle = b""
    elif choice == 3:
        middle *= random.choice((2, 3, 20, 300))
    elif choice == 4:
        return data[:begin]
    elif choice == 5:
        middle = random.randbytes(random.choice((1, 2, 4, 16))) + middle
    else:
        middle = random.choice((b"\xff\xff\xff\xff", b"\x80" * 12, b"\x00" * 8, b"\x7f\xff\xff\xff", b"\xed\xa0\x80"))
    return data[:begin] + middle + data[end:]


def change_text(data: bytes, random: Random) -> bytes:
    """Change, drop, repeat, swap or nest the words and signs of a text."""
    words = re.findall(r"\s+|\w+|.", data.decode("utf-8", "replace"), re.DOTALL)
    if not words:
        return _encoded(random.choice(WORDS))
    begin = random.randrange(len(words))
    end = min(len(words), begin + random.choice((1, 1, 1, 2, 5, 20)))
    middle = words[begin:end]
    choice = random.randrange(7)
    if choice == 0:
        middle = []
    elif choice == 1:
        middle = middle * random.choice((2, 3, 50))
    elif choice == 2:
        middle = [random.choice(words)]
    elif choice == 3:
        middle = [random.choice(NUMBERS if middle[0].isdigit() else WORDS)]
    elif choice == 4:
        other = random.randrange(len(words))
        words[other], middle[0] = middle[0], words[other]
    elif choice == 5:
        opening, closing = random.choice(("()", "[]", "{}", "<>", '""', "''"))
        times = random.choice((1, 2, 70, 500))
        middle = [opening * times, *middle, closing * times]
    else:
        middle = [*middle, random.choice(WORDS)]
    return _encoded("".join(words[:begin] + middle + words[end:]))


_TAG = re.compile(r"<(/?)([\w:]+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", re.DOTALL)
_VALUE = re.compile(r"(?<=[\w:]=\")[^\"<]*(?=\")|(?<=>)[^<]+(?=<)")


def change_xml(data: bytes, random: Random) -> bytes:
    """Change a value, or drop, repeat, move or nest a whole element."""
    text = data.decode("utf-8", "replace")
    if random.random() < 0.5:
        values = list(_VALUE.finditer(text))
        if values:
            found = random.choice(values)
            old = found.group()
            new = random.choice((*WORDS, *NUMBERS) if random.random() < 0.7 else [one.group() for one in values])
            if random.random() < 0.3:
                new = _encoded_text(change_text(old.encode("utf-8", "replace"), random))
            if random.random() < 0.8:
                new = new.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
            return _encoded(text[: found.start()] + new + text[found.end() :])
    elements = _elements(text)
    if not elements:
        return change_text(data, random)
    begin, end = random.choice(elements)
    element = text[begin:end]
    choice = random.randrange(5)
    if choice == 0:
        element = ""
    elif choice == 1:
        element *= random.choice((2, 3, 30))
    elif choice == 2:
        other = random.choice(elements)
        element += text[other[0] : other[1]]
    elif choice == 3:
        tag = _TAG.match(element)
        name = tag.group(2) if tag else "x"
        times = random.choice((1, 3, 70, 1000))
        element = f"<{name}>" * times + element + f"</{name}>" * times
    else:
        tag = _TAG.match(element)
        assert tag is not None
        other = random.choice(elements)
        renamed = _TAG.match(text[other[0] : other[1]])
        assert renamed is not None
        element = element.replace(tag.group(2), renamed.group(2))
    return _encoded(text[:begin] + element + text[end:])


def _elements(text: str) -> list[tuple[int, int]]:
    open_at: list[tuple[str, int]] = []
    found = []
    for tag in _TAG.finditer(text):
        closing, name, _, empty = tag.groups()
        if empty:
            found.append(tag.span())
        elif not closing:
            open_at.append((name, tag.start()))
        elif open_at and open_at[-1][0] == name:
            found.append((open_at.pop()[1], tag.end()))
    return found


def change_tree(data: bytes, random: Random) -> bytes:
    """Change a place of a JSON or YAML tree: another value, another type, dropped, repeated, renamed or nested."""
    text = data.decode("utf-8", "replace")
    as_json = text.lstrip()[:1] in ("{", "[")
    try:
        documents = [json.loads(text)] if as_json else list(yaml.safe_load_all(text))
        places = [(documents, index) for index in range(len(documents))] + [
            place for document in documents for place in _places(document)
        ]
    except (ValueError, yaml.YAMLError, RecursionError, TypeError):
        return change_text(data, random)
    if not places or random.random() < 0.1:
        return change_text(data, random)
    holder, key = random.choice(places)
    _change_place(holder, key, [value[place] for value, place in places], random)
    try:
        if as_json:
            return _encoded(json.dumps(documents[0]))
        return _encoded(yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True))
    except (ValueError, yaml.YAMLError, RecursionError, IndexError):
        return change_text(data, random)


def _places(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return [place for key in value for place in ((value, key), *_places(value[key]))]
    if isinstance(value, list):
        return [place for index in range(len(value)) for place in ((value, index), *_places(value[index]))]
    return []


def _change_place(holder: Any, key: Any, others: list[Any], random: Random) -> None:
    choice = random.randrange(8)
    if choice == 0:
        del holder[key]
    elif choice == 1:
        holder[key] = random.choice(others)
    elif choice == 2:
        holder[key] = random.choice((None, True, False, [], {}, 0, -1, 2**31, 2**63, 2**64, 10**30, 1.5, -1e308))
    elif choice == 3 and isinstance(holder, dict):
        holder[random.choice((*WORDS, "name", 7, None, True))] = holder.pop(key)
    elif choice == 4 and isinstance(holder, list):
        holder.extend([holder[key]] * random.choice((1, 2, 100)))
    elif choice == 5:
        for _ in range(random.choice((1, 5, 200))):
            holder[key] = random.choice(([holder[key]], {"x": holder[key]}))
    elif choice == 6 and isinstance(holder[key], str):
        holder[key] = _encoded_text(change_text(holder[key].encode("utf-8", "replace"), random))
    else:
        holder[key] = random.choice((*WORDS, *NUMBERS))


def _splice(data: bytes, other: bytes, random: Random) -> bytes:
    begin, end = random.randint(0, len(data)), random.randint(0, len(other))
    return data[:begin] + other[end:]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _encoded_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


_CHANGES: dict[Kind, Callable[[bytes, Random], bytes]] = {
    Kind.XML: change_xml,
    Kind.TREE: change_tree,
    Kind.TEXT: change_text,
    Kind.BINARY: change_bytes,
}
