"""Sorting more than memory should hold."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import IO, Any, Generic, TypeVar

Key = tuple[Any, ...]
T = TypeVar("T")


class SortedOnDisk(Generic[T]):
    """What comes batch by batch, read in the order of its keys, in memory that does not grow with
    the number. Each batch is sorted, and all but the last lie in a temporary file without a name,
    gone with the process at the latest. Where one batch is all, no file is made."""

    def __init__(self) -> None:
        self._last: list[tuple[Key, T]] = []
        self._file: IO[bytes] | None = None
        # Where each batch begins and ends in the file.
        self._batches: list[tuple[int, int]] = []

    @property
    def on_disk(self) -> bool:
        return self._file is not None

    def add(self, batch: Iterable[tuple[Key, T]]) -> None:
        """Some more, in any order."""
        found = sorted(batch, key=itemgetter(0))
        if self._last and found:
            self._put_away()
        self._last = found or self._last

    def _put_away(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - read after the batches are made
        start = self._file.tell()
        # One by one: of each batch only the next is in memory when all is read.
        for each in self._last:
            pickle.dump(each, self._file, pickle.HIGHEST_PROTOCOL)
        self._batches.append((start, self._file.tell()))

    def __iter__(self) -> Iterator[T]:
        """Everything, once: the file is then gone."""
        try:
            batches = [self._read(start, end) for start, end in self._batches]
            for _key, each in heapq.merge(*batches, self._last, key=itemgetter(0)):
                yield each
        finally:
            self.close()

    def _read(self, at: int, end: int) -> Iterator[tuple[Key, T]]:
        file = self._file
        assert file is not None
        while at < end:
            file.seek(at)
            # Written by this process, to a file that nobody else can open.
            each: tuple[Key, T] = pickle.load(file)
            at = file.tell()
            yield each

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
