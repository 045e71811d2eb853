"""Files to be written: what is known of them before, and that nothing is lost by looking."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.core.errors import UnwritableFile
from engine.system.output_file import OutputFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


def test_what_was_in_it_stays_until_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("of last night")
    output = OutputFile(file)
    assert file.read_text() == "of last night"
    output.write("now")
    assert file.read_text() == "now"
    OutputFile(file).close()
    assert file.read_text() == "now"


def test_a_new_one_that_is_not_written_is_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "a"
    OutputFile(file).close()
    assert not file.exists()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("no/a", 'no/a cannot be written: there is no folder "no"'),
        (".", ". cannot be written: it is a folder"),
        ("file/a", "file/a cannot be written: a part of its path is no folder"),
        ("pipe", "pipe cannot be written: nobody reads from it"),
        ("x" * 300, f"{'x' * 300} cannot be written: its name is too long"),
        ("a\0b", "a file cannot be called that: a zero is in its name"),
    ],
)
def test_what_cannot_be_written_is_told(
    place: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    os.mkfifo("pipe")
    with pytest.raises(UnwritableFile) as told:
        OutputFile(Path(place))
    assert str(told.value) == words
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "pipe"]


def test_a_pipe_that_somebody_reads_is_written(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    OutputFile(pipe).write("all\n")
    assert os.read(reader, 100) == b"all\n"
    os.close(reader)


FULL = """
import sys
from pathlib import Path
from engine.core.errors import UnwritableFile
from engine.system.output_file import OutputFile
place = Path(sys.argv[1])
try:
    with (place / "rest").open("wb", buffering=0) as rest:
        while rest.write(bytes(65536)):
            pass
except OSError:
    pass
try:
    OutputFile(place / "a")
except UnwritableFile as error:
    print(error, (place / "a").exists())
"""


def test_a_full_disk_is_told_before(tmp_path: Path) -> None:
    if not shutil.which("unshare") or os.geteuid() != 0:
        pytest.skip("only root may mount a disk of its own")
    mount = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", mount, "-", str(tmp_path), sys.executable, FULL],
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount:" in done.stderr:
        pytest.skip("no disk can be mounted here")
    assert done.stdout == f"{tmp_path}/a cannot be written: the disk is full False\n", done.stderr
