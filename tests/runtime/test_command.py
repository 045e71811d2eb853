"""The command ``sensorium play`` as a process: signals, files, the same bytes every time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from tests.limits import LIMIT

PLAY = [sys.executable, "-c", "from engine.cli import main; main()", "play"]
AFTER = 200
"""Lines of the dump within which a patch that was saved would have taken over, if watched."""
SMALL = """
[cam]
use = "stand_in"
width = 64
height = 64
[control]
use = "osc_control"
port = {port}
[reach]
use = "joint"
from = "cam.joints"
joint = "right_hand"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/reach" = "reach"
"/people" = "cam.joints.count"
"""


@pytest.fixture
def small(free_port: int) -> str:
    return SMALL.format(port=free_port)


@pytest.fixture
def patch(tmp_path: Path, small: str) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(small)
    return file


def run(*words: object, hashes: str = "0", code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PLAY, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": hashes, "PYTHONASYNCIODEBUG": ""},
    )
    assert done.returncode == code, done.stderr
    return done


@contextmanager
def playing(*words: object) -> Iterator[subprocess.Popen[str]]:
    """Start to play, and give the process once the first line of its dump has come."""
    with subprocess.Popen(
        [*PLAY, *map(str, words), "--dump", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert '"sink"' in process.stdout.readline()
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_show_well(number: signal.Signals, patch: Path, tmp_path: Path) -> None:
    stats = tmp_path / "stats.json"
    with playing(patch, "--stats", stats) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert json.loads(stats.read_text())["routes"]["out/reach"]["messages"] > 0
    assert all(json.loads(line)["sink"] == "out" for line in out.splitlines())


def test_it_plays_for_a_time_and_writes_its_numbers_and_what_it_sent(
    patch: Path, tmp_path: Path
) -> None:
    stats, dump = tmp_path / "stats.json", tmp_path / "dump.jsonl"
    for seconds in (0.5, 5, 50):  # a busy machine opens its networks for longer than half a second
        run(patch, "--for", seconds, "--stats", stats, "--dump", dump)
        numbers = json.loads(stats.read_text())
        assert numbers["seconds"] >= seconds
        if "/reach" in dump.read_text():
            break
    assert numbers["sources"]["cam"]["state"] == "running"
    assert set(numbers["sources"]["cam"]) == {
        "state",
        "messages",
        "dropped",
        "restarts",
        "settings",
        "coalesced",
    }
    route = numbers["routes"]["out/reach"]
    assert route["from"] == "reach"
    assert set(route["behind_ms"]) == set(route["ours_ms"]) == {"p50", "p99", "max"}
    assert set(route["jitter_ms"]) == {"p50", "p99"}
    assert numbers["errors"] == []
    lines = [json.loads(line) for line in dump.read_text().splitlines()]
    assert {"t", "sink", "address", "args", "behind_ms"} == set(lines[0])
    assert {line["address"] for line in lines} == {"/reach", "/people"}
    assert all(line["t"] >= 0 for line in lines)


def test_offline_it_sends_the_same_in_every_process() -> None:
    words = ("body_to_osc", "--offline", "--for", 0.2, "--dump", "-", "--cost", "pose=45")
    first, second = (run(*words, hashes=hashes).stdout for hashes in ("1", "2"))
    assert first == second
    assert first.count("\n") > 50


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_nobody_who_reads_the_dump_any_more_stops_the_show(patch: Path) -> None:
    with playing(patch) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert any("nobody reads from it any more" in line for line in process.stderr)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0
        text = process.stderr.read()
    assert "Traceback" not in text
    assert "Exception ignored" not in text


def test_what_cannot_be_played_says_so_and_ends_with_2(patch: Path, small: str) -> None:
    patch.write_text(small + '"/more" = "reech"\n')
    done = run(patch, code=2)
    assert 'there is no box "reech". Did you mean "reach"?' in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_patch_that_cannot_be_played_costs_no_older_dump(tmp_path: Path) -> None:
    broken, dump = tmp_path / "broken.toml", tmp_path / "dump.jsonl"
    broken.write_text('[cam]\nuse = "stand_inn"\n')
    dump.write_text("of last night\n")
    done = run(broken, "--dump", dump, code=2)
    assert 'Did you mean "stand_in"' in done.stderr
    assert dump.read_text() == "of last night\n"


@pytest.mark.parametrize("watch", [True, False])
def test_what_is_saved_plays_unless_nobody_watches(watch: bool, patch: Path, small: str) -> None:
    more = "--watch" if watch else "--no-watch"
    with playing(patch, more, "--no-page") as process:
        patch.write_text(small.replace('"/reach"', '"/other"'))
        assert process.stdout is not None
        if watch:
            assert any('"/other"' in line for line in process.stdout)
        else:
            lines = [*islice(process.stdout, AFTER)]
            assert len(lines) == AFTER
            assert not any('"/other"' in line for line in lines)
