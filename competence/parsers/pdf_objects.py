"""The objects that a PDF keeps compressed, in object streams: bytes in, what they hold out.

Viewers look for objects leniently, each in its own way; so a stream is found here wherever one of
them could find one, and an object stream is taken only as every program that means well writes it:
compressed once, with nothing beside. How much is read is bounded."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

MAX_UNFOLDED = 32 * 1024 * 1024
MOST_FOLDED = 2_000
MAX_DICTIONARIES = 2 * 1024 * 1024
"""How much of dictionaries is read, together: those that begin inside others count again."""
_PIECE = 16 * 1024

ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT = re.compile(rb"(?<!end)obj")
_BLANK = rb"\x00\t\n\x0c\r "
_GAP = re.compile(rb"(?:[" + _BLANK + rb"]|%[^\r\n]*)*")
_TOKEN = re.compile(
    rb"(?P<gap>[" + _BLANK + rb"]+|%[^\r\n]*)|(?P<open><<)|(?P<close>>>)|(?P<hex><[^>]*>?)"
    rb"|(?P<text>\()|(?P<name>/[^" + _BLANK + rb"()<>\[\]{}/%]*)"
    rb"|(?P<word>[^" + _BLANK + rb"()<>\[\]{}/%]+)|(?P<other>[\[\]{})]+|.)",
    re.DOTALL,
)
_IN_TEXT = re.compile(rb"[()]|\\.", re.DOTALL)
# What the dictionary of an object stream names, and nothing else.
_PLAIN = frozenset(
    (b"Type", b"ObjStm", b"N", b"First", b"Length", b"Extends", b"Filter", b"FlateDecode")
)


class UnreadablePdfError(ValueError):
    """What it keeps compressed cannot be read, or is more than is read."""


def unescaped(content: bytes) -> bytes:
    """Names may be written with the numbers of their letters."""
    return ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), content)


def compressed_objects(content: bytes) -> Iterator[bytes]:
    """What each object stream holds. Raises UnreadablePdfError."""
    left, count, called = MAX_UNFOLDED, 0, 0
    for start, names in _streams(content):
        if b"ObjStm" not in names and not {b"First", b"N"} <= set(names):
            continue
        count += 1
        called += names.count(b"ObjStm")
        once = names.count(b"Filter") == names.count(b"FlateDecode") == 1
        if count > MOST_FOLDED or not once or not _PLAIN.issuperset(names):
            raise UnreadablePdfError
        part = _unfold(content, start, left)
        left -= len(part)
        yield part
    # One is spoken of that was not found: somebody took care that it should not be.
    if unescaped(content).count(b"/ObjStm") > called:
        raise UnreadablePdfError


def _streams(content: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Where the bytes of each stream begin, and the names in its dictionary. Any `obj` may begin
    an object, also one in a comment or a text: a table of places may point there."""
    left = MAX_DICTIONARIES
    for found in _OBJECT.finditer(content):
        start = _GAP.match(content, found.end(), found.end() + left).end()  # type: ignore[union-attr]
        left -= start - found.end()
        if content.startswith(b"<<", start):
            end, names = _dictionary(content, start, start + left)
            left -= end - start
            if content.startswith(b"stream", end):
                # Nothing compressed begins with a blank, whatever ends the line.
                end += len(b"stream")
                while end < len(content) and content[end] in b"\x00\t\n\x0c\r ":
                    end += 1
                yield end, names
        if left <= 0:
            raise UnreadablePdfError


def _dictionary(content: bytes, start: int, most: int) -> tuple[int, list[bytes]]:
    """Where what follows the dictionary begins, and every name in it. What does not belong there
    is passed over, as viewers do; the word that begins a stream ends it."""
    names: list[bytes] = []
    depth, place = 0, start
    while token := _TOKEN.match(content, place, most):
        place = token.end()
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth -= 1
                if depth == 0:
                    return _GAP.match(content, place, most).end(), names  # type: ignore[union-attr]
            case "text":
                place = _after_text(content, place, most)
            case "name":
                names.append(unescaped(token[0][1:]))
            case "word" if token[0].startswith(b"stream"):
                return token.start(), names
    return place, names


def _after_text(content: bytes, start: int, most: int) -> int:
    depth = 1
    for found in _IN_TEXT.finditer(content, start, most):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return most


def _unfold(content: bytes, start: int, most: int) -> bytes:
    """One stream, read piece by piece: a file of many streams is not copied once for each."""
    unfolding = zlib.decompressobj()
    parts: list[bytes] = []
    size = 0
    try:
        while not unfolding.eof and start < len(content):
            piece = content[start : start + _PIECE]
            start += _PIECE
            # To zlib a limit of nought is none: one more than is left is asked for.
            part = unfolding.decompress(piece, most - size + 1)
            size += len(part)
            if size > most:
                raise UnreadablePdfError
            parts.append(part)
    except zlib.error:
        raise UnreadablePdfError from None
    return b"".join(parts)
