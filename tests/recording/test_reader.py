"""Whatever is wrong with a file is said with its name and the byte; nothing is made of rubbish."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import Writer

from engine.core.errors import SensoriumError
from engine.recording.file import RecordingFile
from engine.recording.reader import RecordedItem, Recording, RecordingError
from engine.recording.record import Begun

from .shows import SMALL, again, compared, rehearse

FIXED = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    patch = folder / "small.toml"
    patch.write_text(SMALL)
    rehearse(folder / "small.mcap", patch, seconds=2.0)
    return folder / "small.mcap"


def items(file: Path) -> list[RecordedItem]:
    return list(Recording(file).items())


def test_a_reader_that_is_not_ours_opens_it(recorded: Path) -> None:
    with recorded.open("rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        summary = reader.get_summary()
        assert summary is not None
        assert summary.statistics is not None
        topics = {channel.topic for channel in summary.channels.values()}
        assert {"plan", "status", "source/cam/joints", "output/out/osc"} <= topics
        messages = list(reader.iter_messages())
    assert len(messages) == summary.statistics.message_count > 100
    schemas = {schema.encoding for schema, _, _ in messages if schema is not None}
    assert schemas == {"jsonschema"}
    moments = [message.log_time for _, _, message in messages]
    assert moments == sorted(moments)


def test_it_says_what_played(recorded: Path) -> None:
    begun = items(recorded)[0].what
    assert isinstance(begun, Begun)
    assert begun.title == "Small"
    assert begun.patch == SMALL
    assert "movenet_lightning" in begun.models


@FIXED
@given(st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_off_is_played_as_far_as_it_goes(
    recorded: Path, tmp_path: Path, part: float
) -> None:
    file = tmp_path / "cut.mcap"
    data = recorded.read_bytes()
    whole = len(items(recorded))
    size = int(part * len(data))
    file.write_bytes(data[:size])
    recording = Recording(file)
    try:
        found = len(list(recording.items()))
    except RecordingError as error:
        assert size < 600, error
        assert str(file) in str(error)
    else:
        assert found <= whole
        assert recording.cut_off or found == whole


@FIXED
@given(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=40))
def test_damage_is_found_or_does_no_harm(
    recorded: Path, tmp_path: Path, part: float, rubbish: bytes
) -> None:
    data = recorded.read_bytes()
    place = int(part * len(data))
    file = tmp_path / "damaged.mcap"
    file.write_bytes(data[:place] + rubbish + data[place + len(rubbish) :])
    try:
        items(file)
    except SensoriumError as error:
        assert f"{file}: at byte " in str(error)


@given(st.binary(max_size=200))
@FIXED
def test_garbage_is_refused(tmp_path: Path, rubbish: bytes) -> None:
    file = tmp_path / "garbage.mcap"
    file.write_bytes(rubbish)
    with pytest.raises(RecordingError, match=r"garbage.mcap: at byte 0: "):
        items(file)


def foreign(file: Path, profile: str, about: dict[str, str] | None = None) -> None:
    """Write what another program would."""
    with file.open("wb") as stream:
        writer = Writer(stream)
        writer.start(profile)
        if about is not None:
            writer.add_metadata("sensorium", about)
        channel = writer.register_channel("wake", "msgpack", 0)
        writer.add_message(channel, 1, b"\xff", 1)
        writer.finish()


@pytest.mark.parametrize(
    ("profile", "about", "said"),
    [
        ("ros2", None, 'not from Sensorium: it has the profile "ros2"'),
        ("", None, "not from Sensorium: it has no profile"),
        ("sensorium", None, "does not say its format"),
        ("sensorium", {"format": "x"}, "damaged: its format is 'x'"),
        ("sensorium", {"format": "99", "version": "9.0"}, "by Sensorium 9.0 in format 99"),
        ("sensorium", {"format": "1"}, "damaged: wake: "),
    ],
)
def test_what_is_not_ours_is_named(
    tmp_path: Path, profile: str, about: dict[str, str] | None, said: str
) -> None:
    file = tmp_path / "foreign.mcap"
    foreign(file, profile, about)
    with pytest.raises(RecordingError, match=said):
        items(file)


def test_a_replay_plays_what_comes_before_damage(recorded: Path, tmp_path: Path) -> None:
    file = tmp_path / "cut.mcap"
    file.write_bytes(recorded.read_bytes()[: recorded.stat().st_size // 2])
    show = again(file)
    assert show.entries > 10
    assert compared(show).different == []


def test_an_entry_for_nobody_is_left_out_and_counted(recorded: Path, tmp_path: Path) -> None:
    file = tmp_path / "damaged.mcap"
    damaged = RecordingFile(file)
    arrivals = 0
    with recorded.open("rb") as stream:
        for _, channel, each in make_reader(stream).iter_messages(log_time_order=False):
            data = each.data
            if channel.topic == "source/cam/joints":
                arrivals += 1
                if arrivals == 2:
                    data = data.replace(b"cam", b"\0am", 1)
            damaged.write(channel.topic, each.log_time, data)
    damaged.finish()
    show = again(file)
    assert show.left_out == {"\0am": 1}
    assert show.entries > 10
