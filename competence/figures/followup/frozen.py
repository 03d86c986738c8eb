"""Frozen dataclasses as canonical JSON and back: sorted keys, no spaces, nothing that rounds. The
same value gives the same bytes always, so a checksum over them says whether it is the same."""

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


def as_data(value: Any) -> Any:
    """What JSON can hold of a value: days as text, tuples as lists. Floats are refused: they do
    not come back as they went."""
    if is_dataclass(value):
        return {each.name: as_data(getattr(value, each.name)) for each in fields(value)}
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
    return json.dumps(
        as_data(value), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    ).encode()


def checksum(value: Any) -> str:
    return sha256(canonical(value)).hexdigest()


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
        return kind(**{name: _read(hints[name], each) for name, each in data.items()})
    if kind is date:
        return date.fromisoformat(data)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    return data


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)
