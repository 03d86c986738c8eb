"""Frozen dataclasses as canonical JSON and back: sorted keys, no spaces, nothing that rounds. The
same value gives the same bytes always, so a checksum over them says whether it is the same.

What was kept is read also by a program that has learnt more since: a field that it does not know is
passed over, and one that was not there then has its default. The bytes and the checksum of what was
kept are those that were stored, never made anew."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

T = TypeVar("T")

APART = {"apart": True}
"""The metadata of a field that is no part of the document."""


class AlteredError(ValueError):
    """What is stored is not what its checksum is of."""


def as_data(value: Any) -> Any:
    """What JSON can hold of a value: days as text, tuples as lists. Floats are refused: they do
    not come back as they went."""
    if is_dataclass(value):
        return {name: as_data(getattr(value, name)) for name in _names(value.__class__)}
    if isinstance(value, tuple):
        return [as_data(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> bytes:
    return bytes_of(as_data(value))


def bytes_of(data: Any) -> bytes:
    """The canonical form of what is plain data already."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def checksum(value: Any) -> str:
    return sha256(canonical(value)).hexdigest()


def verified(stored: bytes, kept: str) -> bytes:
    """The bytes, where they are those that the checksum was kept of. AlteredError."""
    if sha256(stored).hexdigest() != kept:
        raise AlteredError(kept)
    return stored


def from_data(kind: type[T], data: Any) -> T:
    """The value that `as_data` made the data of."""
    found: T = _read(kind, data)
    return found


def _read(kind: Any, data: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is tuple:
        (of, _rest) = typing.get_args(kind)
        return tuple(_read(of, each) for each in data)
    if origin is types.UnionType:
        if data is None:
            return None
        (kind,) = (each for each in typing.get_args(kind) if each is not types.NoneType)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        names = _names(kind)
        return kind(**{name: _read(hints[name], data[name]) for name in names if name in data})
    if kind is date:
        return date.fromisoformat(data)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    return data


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass that are part of the document."""
    return tuple(each.name for each in fields(kind) if not each.metadata.get("apart"))


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)
