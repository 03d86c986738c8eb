"""What is sorted on disk is read in order, whatever the batches."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from lms.lib.sorting import SortedOnDisk


@given(st.lists(st.lists(st.integers(-5, 5), max_size=30), max_size=8))
def test_batches_are_read_in_one_order_and_those_alike_as_they_came(batches):
    sorter = SortedOnDisk[tuple[int, int]]()
    came = 0
    for batch in batches:
        numbered = [(each, came + place) for place, each in enumerate(batch)]
        came += len(batch)
        sorter.add(((each,), (each, place)) for each, place in numbered)
    assert sorter.on_disk == (sum(map(bool, batches)) > 1)
    read = list(sorter)
    assert read == sorted(read)
    assert len(read) == came


def test_memory_does_not_grow_with_what_is_sorted():
    def peak(batches: int) -> int:
        tracemalloc.start()
        sorter = SortedOnDisk[str]()
        for batch in range(batches):
            sorter.add((((number * 7919) % 1000, batch), f"{number:3000}") for number in range(300))
        assert sum(1 for _ in sorter) == 300 * batches
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(40) < 1.7 * peak(4)
