"""The alarms of conftest go off: a blocked loop raises, and a missing peer fails in CI."""

from __future__ import annotations

import asyncio
import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from blockbuster import BlockingError

import engine

TESTS = Path(__file__).parent
SKIP = "pytest.skip('no such-program: a-package'"
WITHOUT_PEER = {
    "test_mark.py": "@pytest.mark.peer('such-program', 'a-package')\ndef test_it(): pass",
    "peers/test_call.py": f"def test_it(): {SKIP})",
    "peers/test_file.py": f"{SKIP}, allow_module_level=True)",
}


@pytest.mark.parametrize("ci", ["true", ""])
def test_a_missing_peer_skips_with_its_package_but_fails_in_ci(tmp_path: Path, ci: str) -> None:
    tests = tmp_path / "tests"
    (tests / "peers").mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tests / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    for name, text in WITHOUT_PEER.items():
        (tests / name).write_text(f"import pytest\n{text}\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "--continue-on-collection-errors"],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("no such-program") >= len(WITHOUT_PEER), done.stdout
    assert "a-package" in done.stdout
    assert done.stdout.count("A peer test may not skip in CI") == (3 if ci else 0), done.stdout
    assert ("3 skipped" in done.stdout) == (not ci), done.stdout


def test_what_is_called_slow_is_there_and_left_out_of_the_quick_set(tmp_path: Path) -> None:
    slow = runpy.run_path(str(TESTS / "conftest.py"))["SLOW"]
    assert [path for path in slow if not (TESTS / path).exists()] == []
    tests = tmp_path / "tests"
    (tests / "peers").mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tests / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    for name in ("test_quick.py", "peers/test_other.py"):
        (tests / name).write_text("def test_it(): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "--strict-markers", "-m", "not slow"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "test_quick.py::test_it PASSED" in done.stdout, done.stdout
    assert "1 passed, 1 deselected" in done.stdout, done.stdout


def run_as_ours(code: str) -> None:
    """Run a coroutine ``job`` whose source claims to be a file of the engine."""
    names: dict[str, object] = {"socket": socket}
    # Beside the package rather than in it, where coverage would look for the file.
    file = f"{Path(engine.__file__).parent}<pretended>"
    exec(compile(f"async def job():\n    {code}\n", file, "exec"), names)
    asyncio.run(names["job"]())  # type: ignore[operator]


BLOCKS = "__import__('time').sleep(0)"
SENDS = "with socket.socket(type=socket.SOCK_DGRAM) as out: out.sendto(b'', ('127.0.0.1', 9))"


@pytest.mark.parametrize("code", [BLOCKS, SENDS])
def test_a_call_of_ours_that_blocks_the_loop_raises(code: str) -> None:
    with pytest.raises(BlockingError):
        run_as_ours(code)


@pytest.mark.may_block("to see that it can be allowed")
def test_a_test_may_allow_blocking() -> None:
    run_as_ours(BLOCKS)


def test_the_loop_runs_in_debug_mode() -> None:
    async def debugs() -> bool:
        return asyncio.get_running_loop().get_debug()

    assert asyncio.run(debugs())


def test_a_free_port_is_free_for_udp_and_tcp(free_port: int) -> None:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as ours:
            ours.bind(("127.0.0.1", free_port))
