"""What looks drawn by chance, and is the same every time it is asked for."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Choice:
    """Something to choose, as one learner sees it. `value` says where it stands, never where it
    stood: the page gives no answer away."""

    value: str
    text: str
    number: int


def seed_of(enrolment_pk: int, lesson_key: str, number: int) -> int:
    """The shuffle of an attempt: the same before and after its row exists."""
    return zlib.crc32(f"{enrolment_pk}:{lesson_key}:{number}".encode()) & 0x7FFFFFFF


def shuffle_texts(
    question: Mapping[str, Any], texts: list[str], seed: int, *, never_in_order: bool = False
) -> list[Choice]:
    """`texts` in the order of an attempt."""
    numbers = list(range(len(texts)))
    random.Random(f"{seed}:{question['key']}").shuffle(numbers)
    if never_in_order and numbers == sorted(numbers) and len(numbers) > 1:
        numbers = [*numbers[1:], numbers[0]]
    return [Choice(str(place), texts[number], number) for place, number in enumerate(numbers)]
