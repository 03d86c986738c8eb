"""PDFs of frozen documents, typeset once and kept: typesetting takes seconds, and what a frozen
document says never changes. A keeping place and no original (docs/decisions/0090): another program
typesets anew, and the folder can be emptied at any time."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import reportlab
from django.core.files.base import ContentFile

import competence
import lms
from lms.lib.files import private_storage

logger = logging.getLogger(__name__)

FOLDER = "typeset"
_DIGEST = hashlib.sha256().digest_size


def kept_pdf(checksum: str, form: str, build: Callable[[], bytes]) -> bytes:
    """The file that `build` makes of the frozen document with the checksum. `form`: which of its
    files, as a path has it. What is kept is used if it is whole and this program made it. A store
    that cannot be written to (full, read-only) costs the reader the wait and nothing else."""
    folder = f"{FOLDER}/{checksum}-{form}"
    path = f"{folder}/{program()}"
    kept = _read(path)
    if kept is not None:
        return kept
    content = build()
    try:
        _clear(folder)
        private_storage().save(path, ContentFile(hashlib.sha256(content).digest() + content))
    except OSError:
        logger.warning("a typeset file is not kept", exc_info=True)
    return content


@lru_cache(maxsize=1)
def program() -> str:
    """What tells one version of the program from another: its source, its Swedish and the library
    that typesets."""
    said = hashlib.sha256(reportlab.__version__.encode())
    for package in (lms, competence):
        root = Path(str(package.__file__)).parent
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.mo")]):
            said.update(path.relative_to(root).as_posix().encode())
            said.update(path.read_bytes())
    return said.hexdigest()[:16]


def _read(path: str) -> bytes | None:
    """What is kept, unless it is missing, half written or altered."""
    try:
        with private_storage().open(path) as file:
            kept: bytes = file.read()
    except OSError:
        return None
    content = kept[_DIGEST:]
    return content if hashlib.sha256(content).digest() == kept[:_DIGEST] else None


def _clear(folder: str) -> None:
    """Take away what other versions of the program made, and what is not whole."""
    storage = private_storage()
    try:
        _folders, names = storage.listdir(folder)
    except OSError:
        return
    for name in names:
        storage.delete(f"{folder}/{name}")
