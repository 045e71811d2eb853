"""What is saved is heard, whatever else grows in the folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runtime.reload.watcher import RESTS, FileWatcher
from tests.limits import LIMIT


@pytest.fixture
def patch(tmp_path: Path) -> Iterator[Path]:
    """A patch beside which a file grows all the time, as a recording does."""
    file = tmp_path / "show.toml"
    file.write_text("")
    end = threading.Event()

    def grow() -> None:
        with (tmp_path / "show.mcap").open("ab", buffering=0) as recording:
            while not end.wait(2 * RESTS / 1000):
                recording.write(b"more")

    thread = threading.Thread(target=grow)
    thread.start()
    yield file
    end.set()
    thread.join()


def test_what_was_saved_before_it_watched_is_found_while_a_recording_grows(patch: Path) -> None:
    heard = threading.Event()
    watcher = FileWatcher([patch], lambda changed: heard.set() if not changed else None)
    try:
        assert heard.wait(LIMIT), "it looks once"
    finally:
        watcher.close()
        watcher.join(LIMIT)


def test_a_saved_patch_is_heard_and_the_recording_is_not(patch: Path) -> None:
    heard: list[set[Path]] = []
    news = threading.Event()

    def take(changed: set[Path]) -> None:
        heard.append(changed)
        news.set()

    watcher = FileWatcher([patch], take)
    try:
        assert news.wait(LIMIT)
        news.clear()
        patch.write_text('title = "again"')
        assert news.wait(LIMIT)
    finally:
        watcher.close()
        watcher.join(LIMIT)
    assert {file.name for changed in heard for file in changed} == {"show.toml"}
