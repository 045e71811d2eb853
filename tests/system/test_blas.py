"""NumPy multiplies on one thread, where it has a library that can be asked."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest

from engine.system.blas import multiply_on_one_thread


@pytest.mark.skipif(sys.platform == "darwin", reason="NumPy has Apple's library there")
def test_a_large_product_takes_no_more_than_one_core() -> None:
    assert multiply_on_one_thread()
    one = np.ones((1500, 1500), np.float32)
    begun, used = time.perf_counter(), time.process_time()
    product = one @ one
    passed, took = time.perf_counter() - begun, time.process_time() - used
    assert product[0, 0] == 1500
    assert took < 1.3 * passed + 0.02
