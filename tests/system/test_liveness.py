"""A process that nothing of ours can end any more ends itself."""

import subprocess
import sys

import pytest

from tests.limits import LIMIT

BEGIN = "from engine.system.liveness import exit_when_stuck\n"
HOLDS_THE_LOCK = "import ctypes; ctypes.PyDLL(None).pause()"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pause in the C library")
def test_a_process_whose_interpreter_is_locked_for_good_ends():
    code = f"{BEGIN}exit_when_stuck(0.5); {HOLDS_THE_LOCK}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 1


def test_one_that_says_that_it_works_goes_on():
    code = f"{BEGIN}for _ in range(50): exit_when_stuck({LIMIT})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=LIMIT, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
