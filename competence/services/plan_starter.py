"""The words that a plan's chapters begin with: the product's proposal, in its own file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lms.lib.yamlfile import read_yaml

_FILE = Path(__file__).resolve().parent.parent / "starter" / "chapters.yaml"


@lru_cache(maxsize=1)
def starter_words() -> dict[str, str]:
    """What a chapter could say, until somebody has made it the municipality's own."""
    return {key: text.strip() for key, text in read_yaml(_FILE).items()}
