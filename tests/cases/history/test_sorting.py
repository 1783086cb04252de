"""Rows come together in order, however few of them fit into memory."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from cases.history.sorting import Sorter

records = st.lists(st.tuples(st.text(max_size=3), st.integers(0, 2), st.integers(0, 50)).map(list))


@given(records, st.integers(1, 8))
def test_records_come_out_in_order_and_whole(given_records: list[list[object]], most: int) -> None:
    with contextlib.closing(Sorter(most_in_memory=most)) as sorter:
        for record in given_records:
            sorter.add(record)

        assert list(sorter.records()) == sorted(given_records)
        assert sorter.count == len(given_records)
