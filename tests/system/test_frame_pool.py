"""A slot of a pool is taken for as long as anything shows it, and never twice."""

from __future__ import annotations

import gc
import mmap
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from numpy.testing import assert_array_equal

from engine.system import frame_pool
from engine.system.frame_pool import FramePool, FrameStore, ReadOnlyPool, find_place
from tests.limits import LIMIT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no pool can be shared there")
SHAPE = (12, 20, 3)


def _open_files() -> set[tuple[str, str]]:
    """Return the number and the target of everything that this process has open."""
    found = set()
    for each in Path("/dev/fd").iterdir():
        with suppress(OSError):  # it was the folder itself
            found.add((each.name, str(each.readlink())))
    return found


def _free_slots(pool: FramePool) -> int:
    taken = []
    while (array := pool.take((1,))) is not None:
        taken.append(array)
    return len(taken)


class Leases(RuleBasedStateMachine):
    """Takes slots, shows parts of them in many ways, and lets go in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = FramePool(int(np.prod(SHAPE)), slots=3)
        self.alive: list[tuple[np.ndarray, int]] = []
        self.taken = 0

    @rule()
    def take(self) -> None:
        slots = {id(_root(array)) for array, _ in self.alive}
        array = self.pool.take(SHAPE)
        assert (array is None) == (len(slots) == 3)
        if array is not None:
            self.taken += 1
            array[:] = self.taken
            self.alive.append((array, self.taken))

    @rule(index=st.integers(0, 99), part=st.sampled_from([np.s_[:], np.s_[2:5], np.s_[:, ::2]]))
    def show_a_part(self, index: int, part: slice) -> None:
        if self.alive:
            array, value = self.alive[index % len(self.alive)]
            self.alive.append((array[part][...].view(), value))

    @rule(index=st.integers(0, 99), elsewhere=st.booleans())
    def let_go(self, index: int, elsewhere: bool) -> None:
        if not self.alive:
            return
        going = [self.alive.pop(index % len(self.alive))]
        if elsewhere:
            thread = threading.Thread(target=going.clear)
            thread.start()
            thread.join()

    @invariant()
    def each_still_shows_what_was_written(self) -> None:
        for array, value in self.alive:
            assert (array == value).all()

    def teardown(self) -> None:
        self.alive.clear()
        assert _free_slots(self.pool) == 3


def _root(array: np.ndarray) -> object:
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    return base


TestLeases = Leases.TestCase
TestLeases.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(st.integers(0, 11), st.integers(0, 12))
def test_another_mapping_finds_each_part_that_is_in_one_piece(first: int, last: int) -> None:
    pool = FramePool(int(np.prod(SHAPE)))
    others = [pool.take(SHAPE), pool.take(SHAPE)]
    array = others[1]
    assert array is not None
    array[:] = np.arange(array.size, dtype=np.uint32).reshape(SHAPE)
    part = array[first:last]
    place = find_place(part)
    assert place is not None and place.pool is pool
    theirs = ReadOnlyPool(os.dup(pool.descriptor))
    assert_array_equal(theirs.read(place.offset, part.nbytes), part.ravel())
    assert not theirs.read(place.offset, part.nbytes).flags.writeable


def test_what_lies_in_no_pool_or_not_in_one_piece_has_no_place() -> None:
    array = FramePool(int(np.prod(SHAPE))).take(SHAPE)
    assert array is not None
    assert find_place(array) is not None
    assert find_place(array[:, 1:]) is None
    assert find_place(array.copy()) is None
    assert find_place(np.zeros(SHAPE)) is None


def test_a_pool_goes_with_the_last_that_shows_it_and_no_descriptor_stays() -> None:
    gc.collect()
    before, leases = _open_files(), set(frame_pool._LEASES)
    pool = FramePool(int(np.prod(SHAPE)))
    array = pool.take(SHAPE)
    assert array is not None
    array[:] = 9
    part = array[3:]
    del pool, array
    assert _open_files() - before
    assert (part == 9).all()
    del part
    gc.collect()
    end = time.monotonic() + LIMIT  # threads of tests before may be opening something
    while (more := _open_files() - before) and time.monotonic() < end:
        time.sleep(0.05)
    assert more == set()
    assert set(frame_pool._LEASES) <= leases


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can seal a file")
def test_who_gets_the_descriptor_can_read_and_nothing_else() -> None:
    pool = FramePool(4096)
    with pytest.raises(PermissionError):
        mmap.mmap(pool.descriptor, 0)
    with pytest.raises(PermissionError):
        os.pwrite(pool.descriptor, b"x", 0)
    with pytest.raises(PermissionError):
        os.ftruncate(pool.descriptor, 1)
    array = pool.take((4096,))
    assert array is not None
    array[:] = 5  # its owner can
    assert bytes(ReadOnlyPool(os.dup(pool.descriptor)).read(find_place(array).offset, 2)) == b"\5\5"  # type: ignore[union-attr]


def test_a_store_never_waits_and_grows_with_its_pictures() -> None:
    store = FrameStore()
    pictures = [np.full(SHAPE, n, np.uint8) for n in range(frame_pool.SLOTS + 3)]
    put = [store.put(picture) for picture in pictures]
    for number, (was, now) in enumerate(zip(pictures, put, strict=True)):
        assert_array_equal(was, now)
        assert (find_place(now) is None) == (number >= frame_pool.SLOTS)
        assert (now is was) == (number >= frame_pool.SLOTS)
    assert store.put(put[0]) is put[0]
    large = store.put(np.ones((100, 100, 3), np.uint8))
    assert find_place(large) is not None
    assert_array_equal(put[0], pictures[0])


def test_a_store_works_on_where_no_file_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(frame_pool, "_make_file", none)
    store = FrameStore()
    picture = np.ones(SHAPE, np.uint8)
    assert store.take(SHAPE) is None
    assert store.put(picture) is picture
