"""What a program says of a Link session comes by the box; a program that is none is told."""

from __future__ import annotations

import os
import queue
import sys
from pathlib import Path

import pytest

from engine.core.commands import Lost, Notice
from engine.core.errors import DeviceError
from engine.core.messages import Beat, Trigger
from engine.sources.link import PROGRAM, Link
from tests.limits import LIMIT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script with its interpreter")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a program, which is this Python code, as the user does."""

    def install_one(code):
        file = tmp_path / PROGRAM
        file.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return install_one


@pytest.fixture
def begin():
    """Open a box, and give what it says."""
    opened = []

    def begin_one(**parameters):
        box, heard = Link(**parameters), queue.Queue()
        opened.append(box)
        box.open(lambda outlet, message, at, cost=0: heard.put((outlet, message)))
        return box, lambda count: [heard.get(timeout=LIMIT) for _ in range(count)]

    yield begin_one
    for box in opened:
        box.close()


def test_what_the_session_says_comes_by_its_outlets(install, begin):
    install(
        'print("peers 2\\nplaying 1\\nbeat 0 4 120.0\\nbeat 7 4 99.5\\nbeat -1 3 99.5\\nplaying 0",'
        "flush=True)\nsys.stdin.read()"
    )
    _, heard = begin()
    assert heard(9) == [
        ("peers", 2),
        ("start", Trigger()),
        ("tempo", 120.0),
        ("beat", Beat(1, 4, 120.0, 1.0)),
        ("tempo", 99.5),
        ("beat", Beat(4, 4, 99.5, 1.0)),
        ("tempo", 99.5),
        ("beat", Beat(3, 3, 99.5, 1.0)),
        ("stop", Trigger()),
    ]


def test_a_tempo_that_is_set_is_told_to_the_session(install, begin):
    install(
        'print("peers 0", flush=True)\nfor line in sys.stdin:\n'
        '    print("beat 0 4", line.split()[1], flush=True)'
    )
    _, heard = begin(bpm=123.4)
    assert heard(3)[2] == ("beat", Beat(1, 4, 123.4, 1.0))


def test_a_program_that_ends_is_lost(install, begin):
    install('print("peers 1")')
    _, heard = begin()
    assert heard(2) == [("peers", 1), ("", Lost(f"{PROGRAM} has ended"))]


@pytest.mark.parametrize(
    "line",
    [
        *("hello", "beat 1 0 120", "beat 1 4 nan", "beat 1 4 -3", "beat x 4 120", "peers"),
        *("playing 2", "beat 1 4", "x" * 5000, "beat 1 4 1e999", "\\xff\\xfe"),
    ],
)
def test_what_means_nothing_is_counted_and_told_once(install, begin, line):
    install(f'print("{line}\\n{line}\\npeers 3", flush=True)\nsys.stdin.read()')
    box, heard = begin()
    _, notice = heard(1)[0]
    assert isinstance(notice, Notice)
    assert "which means nothing here" in notice.text
    assert heard(1) == [("peers", 3)]
    assert box.malformed >= 2


def test_without_a_program_it_is_told_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match=r"no program sensorium-link: install .* docs/link\.md"):
        Link().open(lambda *_: None)
    (finding,) = Link().examine()
    assert finding.state == "missing"
    assert "docs/link.md" in finding.mend


def test_a_file_that_does_not_run_is_told(tmp_path, monkeypatch):
    file = tmp_path / PROGRAM
    file.write_text("#!/there/is/no/such/interpreter\n")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="does not begin"):
        Link().open(lambda *_: None)


def test_a_program_that_does_not_want_to_end_is_ended(install, begin):
    install('import time\nprint("peers 1", flush=True)\nwhile True: time.sleep(1)')
    box, heard = begin()
    assert heard(1) == [("peers", 1)]
    process = box._process
    box.close()
    assert process.returncode is not None


def test_the_program_of_the_docs_is_python():
    text = (Path(__file__).parents[2] / "docs" / "link.md").read_text()
    compile(text.partition("```python\n")[2].partition("```")[0], "link.md", "exec")
