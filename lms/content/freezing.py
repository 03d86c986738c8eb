"""Blocks as plain data: the one shape that both a live page and a frozen version show.

A block says what it shows with `plain(value, files)`: strings, numbers, lists and dicts, HTML
already expanded. Files are named by a `Files`: live ones by their address, frozen ones by the
key of a copy. `{"type": …, "id": …, "value": …}` is one frozen block.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

from django.core.files.base import File

FrozenBlock = dict[str, Any]


@dataclass(frozen=True)
class Asset:
    """A file that a frozen version needs a copy of."""

    key: str
    name: str
    content: bytes


class Files(Protocol):
    def image(self, image: Any, *, alt: str) -> dict[str, Any]: ...

    def file(self, document: Any, *, kind: str) -> dict[str, Any]: ...


@runtime_checkable
class ShowsBlocks(Protocol):
    """A page whose text can be shown inside a lesson."""

    title: str

    def frozen_blocks(self, files: Files) -> list[FrozenBlock]: ...


class LiveFiles:
    """Files by their present address."""

    def image(self, image: Any, *, alt: str) -> dict[str, Any]:
        rendition = image.get_rendition("max-1600x1600|format-webp")
        return {
            "url": rendition.url,
            "width": rendition.width,
            "height": rendition.height,
            "alt": alt,
        }

    def file(self, document: Any, *, kind: str) -> dict[str, Any]:
        return {"url": document.url, "name": document.filename, "size": document.get_file_size()}


@dataclass
class CopiedFiles:
    """Files by the key of a copy; `assets` collects the copies to store, each once."""

    assets: dict[str, Asset] = field(default_factory=dict)
    # Inside an article that a lesson shows, further articles are links: two may show each other.
    inside_article: bool = False

    def within(self) -> CopiedFiles:
        """The same collection, for the blocks of an article."""
        return replace(self, inside_article=True)

    def _copy(self, kind: str, source: File, name: str) -> str:
        with source.open("rb") as opened:
            content = opened.read()
        key = f"{kind}-{hashlib.sha256(content).hexdigest()[:24]}"
        self.assets.setdefault(key, Asset(key, name, content))
        return key

    def image(self, image: Any, *, alt: str) -> dict[str, Any]:
        rendition = image.get_rendition("max-1600x1600|format-webp")
        name = rendition.file.name.rsplit("/", 1)[-1]
        return {
            "asset": self._copy("image", rendition.file, name),
            "width": rendition.width,
            "height": rendition.height,
            "alt": alt,
        }

    def file(self, document: Any, *, kind: str) -> dict[str, Any]:
        return {
            "asset": self._copy(kind, document.file, document.filename),
            "name": document.filename,
            "size": document.get_file_size(),
        }


def freeze_stream(stream: Iterable[Any], files: Files) -> list[FrozenBlock]:
    """The blocks of a StreamField value as plain data, in order."""
    return [
        {
            "type": child.block_type,
            "id": str(child.id),
            "value": child.block.plain(child.value, files),
        }
        for child in stream
    ]


def with_addresses(data: Any, urls: Mapping[str, str]) -> Any:
    """Frozen data with the address of every copied file put in."""
    if isinstance(data, dict):
        shown = {key: with_addresses(value, urls) for key, value in data.items()}
        if "asset" in data:
            shown["url"] = urls[data["asset"]]
        return shown
    if isinstance(data, list):
        return [with_addresses(item, urls) for item in data]
    return data
