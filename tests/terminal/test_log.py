"""The log file: a disk that refuses is told once, and taken up again when it takes more."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from engine.core.errors import UnwritableFile
from engine.terminal import log
from engine.terminal.log import LogFile, log_file, logged

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such disks there")
LOG = logging.getLogger("sensorium")


class Heard(logging.Handler):
    """Keeps what is told."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Heard:
    caplog.set_level("INFO", LOG.name)
    return Heard()


def test_a_full_disk_is_told_once(heard: Heard, capsys: pytest.CaptureFixture[str]) -> None:
    with logged(heard), log_file(Path("/dev/full")):
        for number in range(20):
            LOG.warning("trouble %d", number)
    told = [text for text in heard.texts if "the log" in text]
    assert told == ["the log cannot be written: the disk is full; the show goes on"]
    assert len(heard.texts) == 21
    assert capsys.readouterr() == ("", "")


def test_a_disk_that_has_room_again_is_written_again(heard: Heard, tmp_path: Path) -> None:
    import resource

    file = tmp_path / "log"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    root = logging.getLogger()
    root.addHandler(heard)
    handler = LogFile(file)
    try:
        handler.handle(LOG.makeRecord("a", logging.INFO, "", 0, "one", (), None))
        resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))
        for text in ("two", "three"):
            handler.handle(LOG.makeRecord("a", logging.INFO, "", 0, text, (), None))
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        handler.handle(LOG.makeRecord("a", logging.INFO, "", 0, "four", (), None))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        root.removeHandler(heard)
        handler.close()
    assert file.read_text() == "one\nfour\n"
    assert heard.texts == [
        "the log cannot be written: the file may not become any larger; the show goes on",
        "the log is written again",
    ]


def test_a_folder_that_lets_no_file_make_room_is_told(
    heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LARGEST", 200)
    (tmp_path / "log.1").mkdir()  # what is there cannot become a file
    (tmp_path / "log.1" / "x").touch()
    (tmp_path / "log.2").mkdir()
    (tmp_path / "log.2" / "x").touch()
    with logged(heard), log_file(tmp_path / "log"):
        for number in range(30):
            LOG.warning("trouble %d", number)
    assert len([text for text in heard.texts if "the log cannot be written" in text]) == 1
    assert (tmp_path / "log").stat().st_size <= 200


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("no/log", 'there is no folder ".*no"'),
        ("", "it is a folder"),
        ("file/log", "a part of its path is no folder"),
    ],
)
def test_what_can_be_known_is_told_at_once(place: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(UnwritableFile, match=f"cannot be written: {words}"),
        log_file(tmp_path / place),
    ):
        pass
