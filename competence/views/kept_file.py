"""A file that somebody looks at before it is taken in: kept in their session until they let go."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class KeptFile:
    """A text file as it was uploaded. `seal` tells whether what is taken in is what was shown."""

    name: str
    text: str

    @property
    def content(self) -> bytes:
        return self.text.encode()

    @property
    def seal(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Shelf:
    """Where files of one kind are kept in a session: one at a time."""

    key: str

    def put(self, request: HttpRequest, *, name: str, content: bytes) -> None:
        request.session[self.key] = {"name": name, "text": content.decode("utf-8-sig")}

    def get(self, request: HttpRequest) -> KeptFile | None:
        kept = request.session.get(self.key)
        return KeptFile(**kept) if kept else None

    def sealed(self, request: HttpRequest, seal: str) -> KeptFile | None:
        """The file, if it still is the one that was shown under this seal."""
        kept = self.get(request)
        return kept if kept and kept.seal == seal else None

    def clear(self, request: HttpRequest) -> None:
        request.session.pop(self.key, None)
