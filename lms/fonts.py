"""The three faces of Source Sans Pro that the pages use, found in their Python package.

Served unaltered (the licence reserves the name for unaltered files) and only these three, so
that collecting static files does not compress twenty-six; docs/decisions/0051.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import font_source_sans_pro
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FACES = ("SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf", "SourceSansPro-It.ttf")
FOLDER = Path(font_source_sans_pro.font_directory)
PREFIX = "fonts"


class FontFinder(BaseFinder):
    def __init__(self, app_names: object = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=FOLDER)
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # read by collectstatic
        super().__init__(*args, **kwargs)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        for face in FACES:
            if path == f"{PREFIX}/{face}":
                found = str(FOLDER / face)
                return [found] if find_all else found
        return [] if find_all else None

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:
        for face in FACES:
            yield face, self.storage
