"""Visitors, counted by the hour into a table that lasts."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.context import Context
from engine.core.errors import DeviceError, ParameterError, PatchError
from engine.core.messages import Trigger
from engine.runtime.opening import check_patch
from engine.sinks.visitors import HEADER, IN, LARGEST, Visitors
from engine.testing import play
from tests.full_disk import no_file_larger_than

NOON = datetime(2026, 11, 29, 12, 30).astimezone()


class Door:
    """A table of visitors at an hour of our choice."""

    def __init__(self, folder: Path, hour: float = 0.0, file: str = "visitors.csv") -> None:
        self.box = Visitors(file=file)
        self.table = folder / file
        self.at(hour)
        self.box.open(Context(folder=folder))

    def at(self, hour: float) -> None:
        self.box._wall = lambda: NOON + timedelta(hours=hour)

    def come(self, people: int) -> None:
        for _ in range(people):
            self.box.send(IN, Trigger(), ns(0))

    @property
    def lines(self) -> list[str]:
        return self.table.read_text().splitlines()


def test_each_hour_has_a_line(tmp_path: Path) -> None:
    door = Door(tmp_path)
    assert door.lines == ["hour,visitors"]
    door.come(3)
    door.at(1)
    door.come(12)
    door.at(4)
    door.come(1)
    assert door.lines == [
        "hour,visitors",
        "2026-11-29 12:00,3",
        "2026-11-29 13:00,12",
        "2026-11-29 16:00,1",
    ]


def test_it_goes_on_after_a_restart_within_the_hour_and_later(tmp_path: Path) -> None:
    Door(tmp_path).come(9)
    Door(tmp_path).come(2)
    assert Door(tmp_path).lines[1:] == ["2026-11-29 12:00,11"]
    Door(tmp_path, hour=1).come(5)
    assert Door(tmp_path).lines[1:] == ["2026-11-29 12:00,11", "2026-11-29 13:00,5"]


def test_a_night_goes_on_in_the_next_day(tmp_path: Path) -> None:
    door = Door(tmp_path, hour=11.4)
    door.come(2)
    door.at(11.6)
    door.come(3)
    assert door.lines[1:] == ["2026-11-29 23:00,2", "2026-11-30 00:00,3"]


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        ("2026-10-25", ["01:00,1", "02:00,2", "03:00,1"]),  # the clock goes back
        ("2026-03-29", ["01:00,1", "03:00,1", "04:00,1", "05:00,1"]),  # it goes forward
    ],
)
def test_an_hour_that_the_clock_goes_back_over_counts_both_and_one_that_it_leaps_is_none(
    night: str, hours: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    first = 0 if night.endswith("03-29") else -1
    begin = datetime.fromisoformat(f"{night}T00:30:00+00:00")
    door = Door(tmp_path)
    for hour in range(first, first + 4):
        door.box._wall = lambda hour=hour: begin + timedelta(hours=hour)  # type: ignore[misc]
        door.come(1)
    monkeypatch.undo()
    time.tzset()
    assert door.lines[1:] == [f"{night} {each}" for each in hours]


@pytest.mark.parametrize("torn", ["2026-11-29 13", "2026-11-29 13:00,", "\0\0\0\0"])
def test_what_a_crash_has_torn_is_written_anew(tmp_path: Path, torn: str) -> None:
    door = Door(tmp_path)
    door.come(2)
    with door.table.open("a") as table:
        table.write(torn)
    again = Door(tmp_path, hour=1)
    again.come(1)
    assert again.lines[1:] == ["2026-11-29 12:00,2", "2026-11-29 13:00,1"]


@pytest.mark.parametrize("content", ["my diary", "hour,visits\n1,2\n", "hour\n"])
def test_another_file_is_never_written(tmp_path: Path, content: str) -> None:
    table = tmp_path / "visitors.csv"
    table.write_text(content)
    with pytest.raises(DeviceError, match=r"visitors\.csv is another file"):
        Door(tmp_path)
    assert table.read_text() == content


def test_a_table_longer_than_any_is_left_as_it_is(tmp_path: Path) -> None:
    table = tmp_path / "visitors.csv"
    content = HEADER + b"2026-11-29 12:00,2\n" * (1 + LARGEST // 19)
    table.write_bytes(content)
    with pytest.raises(DeviceError, match=r"visitors\.csv is larger than 10,000,000 bytes"):
        Door(tmp_path)
    assert table.read_bytes() == content


def test_a_folder_and_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(DeviceError, match=r"a\.csv is a folder"):
        Door(tmp_path, file="a.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone")
    with pytest.raises(DeviceError, match=r"b\.csv"):
        Door(tmp_path, file="b.csv")
    assert not (tmp_path / "gone").exists()


def test_only_tables_and_only_beside_a_patch(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"ends in \.csv"):
        Visitors(file="visitors.py")
    with pytest.raises(DeviceError, match="this patch is no file"):
        Visitors().open(Context())


def test_an_empty_file_becomes_a_table(tmp_path: Path) -> None:
    (tmp_path / "visitors.csv").touch()
    door = Door(tmp_path)
    door.come(1)
    assert door.lines == ["hour,visitors", "2026-11-29 12:00,1"]


WHOLE = "hour,visitors\n2026-11-29 12:00,3\n"


@pytest.mark.parametrize(
    ("edited", "after"),
    [
        (None, "hour,visitors\n2026-11-29 13:00,1\n"),
        ("", "hour,visitors\n2026-11-29 13:00,1\n"),
        ("hour,visitors\n", "hour,visitors\n2026-11-29 13:00,1\n"),
        (WHOLE, f"{WHOLE}2026-11-29 13:00,1\n"),
        (f"{WHOLE}2026-11-29 13:00,2\n", f"{WHOLE}2026-11-29 13:00,3\n"),
        (
            "hour,visitors\n2026-11-28 09:00,1\n2026-11-29 12:00,99\n2026-11-29 13:00,2\n",
            "hour,visitors\n2026-11-28 09:00,1\n2026-11-29 12:00,99\n2026-11-29 13:00,3\n",
        ),
        (
            "\ufeffhour,visitors\r\n2026-11-29 12:00,3\r\n2026-11-29 13:00,2\r\n",
            "\ufeffhour,visitors\r\n2026-11-29 12:00,3\r\n2026-11-29 13:00,3\n",
        ),
    ],
    ids=["taken away", "emptied", "begun anew", "a line less", "copied", "edited", "by a program"],
)
def test_what_is_edited_meanwhile_stays_nobody_is_in_two_tables_and_nothing_of_it_is_torn(
    tmp_path: Path, edited: str | None, after: str
) -> None:
    door = Door(tmp_path)
    door.come(3)
    door.at(1)
    door.come(2)
    door.table.unlink()
    if edited is not None:
        door.table.write_bytes(edited.encode())
    door.come(1)
    assert door.table.read_bytes() == after.encode()
    door.at(2)
    door.come(1)
    assert door.table.read_bytes() == f"{after}2026-11-29 14:00,1\n".encode()


@given(st.lists(st.sampled_from(["come", "hour", "move", "restart", "disk full", "room"])))
@settings(max_examples=40, deadline=None)
def test_everybody_is_in_one_table_however_often_it_is_moved_away(actions: list[str]) -> None:
    with TemporaryDirectory() as name, ExitStack() as disk:
        folder = Path(name)
        door, hour = Door(folder), 0
        for number, action in enumerate(actions):
            if action == "come":
                door.come(1)
            elif action == "hour":
                hour += 1
                door.at(hour)
            elif action == "move" and door.table.exists():
                door.table.rename(folder / f"{number}.csv")
            elif action == "disk full":
                disk.enter_context(no_file_larger_than(len(HEADER)))
            elif action == "room":
                disk.close()
            elif action == "restart":
                disk.close()
                door.box.close()
                door = Door(folder, hour)
        disk.close()
        door.box.close()
        lines = [line for one in folder.glob("*.csv") for line in one.read_text().splitlines()[1:]]
        assert sum(int(line.partition(",")[2]) for line in lines) == actions.count("come")


def test_another_file_in_its_place_is_told_once_and_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    door = Door(tmp_path)
    door.come(2)
    door.table.write_text("my diary")
    door.come(2)
    assert door.table.read_text() == "my diary"
    assert [each.message for each in caplog.records] == [
        'visitors.csv is another file: a table of visitors begins "hour,visitors":'
        " visitors are counted, and written later"
    ]
    door.table.unlink()
    door.come(1)
    assert door.lines == ["hour,visitors", "2026-11-29 12:00,3"]


def test_a_table_that_a_program_has_saved_is_gone_on_with(tmp_path: Path) -> None:
    table = tmp_path / "visitors.csv"
    table.write_bytes(b"\xef\xbb\xbfhour,visitors\r\n2026-11-29 12:00,2\r\n")
    Door(tmp_path).come(1)
    assert table.read_bytes() == b"\xef\xbb\xbfhour,visitors\r\n2026-11-29 12:00,3\n"


def test_a_full_disk_is_told_once_and_nobody_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    door = Door(tmp_path)
    door.come(2)
    with no_file_larger_than(door.table.stat().st_size):
        door.at(1)
        door.come(4)
        assert door.lines[1] == "2026-11-29 12:00,2"
    told = [each.message for each in caplog.records]
    assert len(told) == 1
    assert "visitors.csv cannot be written" in told[0]
    door.come(1)
    assert door.lines[1:] == ["2026-11-29 12:00,2", "2026-11-29 13:00,5"]
    assert "written again" in caplog.records[-1].message


def test_a_table_that_cannot_be_begun_counts_nobody_and_says_so(tmp_path: Path) -> None:
    with (
        no_file_larger_than(len(HEADER) - 1),
        pytest.raises(DeviceError, match=r"visitors\.csv cannot be written \(.*nobody is counted"),
    ):
        Door(tmp_path)
    door = Door(tmp_path)
    door.come(1)
    assert door.lines == ["hour,visitors", "2026-11-29 12:00,1"]


def test_a_show_counts_who_enters(tmp_path: Path) -> None:
    patch = tmp_path / "museum.toml"
    patch.write_text(
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 6\nscript = "enter_leave"\n'
        '[hall]\nuse = "zone"\nfrom = "camera.joints"\npoint = "hips"\n'
        '[visitors]\nuse = "visitors"\nfrom = "hall.enter"\n'
    )
    played = play(patch, seconds=8)
    assert played.errors == []
    assert [each.args for each in played.sent("visitors")] == [[1]]
    assert not (tmp_path / "visitors.csv").exists()  # offline there is no clock


@pytest.mark.parametrize(
    ("origin", "words"),
    [("camera.joints", "a pose"), ("hall", "a number"), ("hall.inside", "a number")],
)
def test_what_changes_all_the_time_counts_nobody(tmp_path: Path, origin: str, words: str) -> None:
    patch = tmp_path / "museum.toml"
    patch.write_text(
        '[camera]\nuse = "stand_in"\nsings = false\n[hall]\nuse = "zone"\nfrom = "camera.joints"\n'
        f'[visitors]\nuse = "visitors"\nfrom = "{origin}"\n'
    )
    with pytest.raises(PatchError, match=rf"trigger, but \"{origin}\" gives {words}"):
        check_patch(patch)


@pytest.mark.parametrize("origin", ["there", '{ when = "hall.enter" }', '{ when = "hall" }'])
def test_what_begins_or_is_asked_for_counts(tmp_path: Path, origin: str) -> None:
    patch = tmp_path / "museum.toml"
    written = origin if origin.startswith("{") else f'"{origin}"'
    patch.write_text(
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 6\n'
        '[hall]\nuse = "zone"\nfrom = "camera.joints"\npoint = "hips"\n'
        '[there]\nuse = "gate"\nfrom = "hall"\nabove = 0.5\n'
        f'[visitors]\nuse = "visitors"\nfrom = {written}\n'
    )
    assert [each.args for each in play(patch, seconds=1).sent("visitors")] == [[1]]
