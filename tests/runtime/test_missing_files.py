"""Files that a patch names and that are not there: `check` and `play` tell each by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.runtime.opening import check_patch, open_patch

FOUND = {
    "dance.mp4": b"film",
    "dance.png": b"picture",
    "song.wav": b"sound",
    "song.srt": b"1\n00:00:01,000 --> 00:00:02,000\nla\n",
    "poem.txt": b"la\n",
    "frames/0001.png": b"picture",
    "empty/notes.txt": b"none\n",
}
OUT = '[c]\nuse = "collector"\n[c.send]\nx = "box"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a patch and its files, which is not the one that it is played from."""
    show = tmp_path / "show"
    for name, content in FOUND.items():
        (show / name).parent.mkdir(parents=True, exist_ok=True)
        (show / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return show


def write(folder: Path, lines: str, out: str = OUT) -> Path:
    file = folder / "my.toml"
    file.write_text(f"[box]\n{lines}\n{out}")
    return file


def warned(file: Path) -> list[str]:
    return [str(each).replace(f"{file.parent}/", "") for each in check_patch(file).warnings]


@pytest.mark.parametrize(
    ("use", "key", "name", "said"),
    [
        ("video_file", "file", "dancee.mp4", 'no file "dancee.mp4". Did you mean "dance.mp4"?'),
        ("video_file", "file", "dancee.png", 'no file "dancee.png". Did you mean "dance.png"?'),
        ("camera", "device", "dancee.mp4", 'no file "dancee.mp4". Did you mean "dance.mp4"?'),
        ("camera", "device", "dancee.png", 'no file "dancee.png". Did you mean "dance.png"?'),
        ("picture_file", "file", "dancee.png", 'no file "dancee.png". Did you mean "dance.png"?'),
        ("picture_file", "file", "empty", 'no picture in the folder "empty"'),
        ("picture_file", "file", "frames/*.jpg", 'no picture "frames/*.jpg".'),
        ("camera", "device", "farmes/%04d.png", 'no folder "farmes" for "%04d.png"'),
        ("audio_file", "file", "songs.wav", 'no file "songs.wav". Did you mean "song.wav"?'),
        ("microphone", "device", "songs.wav", 'no file "songs.wav". Did you mean "song.wav"?'),
        ("subtitles", "file", "songs.srt", 'no file "songs.srt". Did you mean "song.srt"?'),
    ],
)
def test_what_is_not_there_is_told_with_its_line_and_the_nearest_name(
    folder: Path, use: str, key: str, name: str, said: str
) -> None:
    file = write(folder, f'use = "{use}"\n\n{key} = "{name}"')
    (found,) = warned(file)
    assert found.startswith(f"my.toml:4: [box] {key}: there is {said}")
    played = [str(each) for each in open_patch(file, live=False).warnings]
    assert [each.replace(f"{folder}/", "") for each in played] == [found]


@pytest.mark.parametrize("use", ["lines", "script"])
def test_a_text_that_is_not_there_is_told(folder: Path, use: str) -> None:
    hears = {"lines": '[t]\nuse = "every"\n', "script": '[t]\nuse = "typed"\n'}[use]
    file = write(folder, f'use = "{use}"\nfile = "peom.txt"\nfrom = "t"', hears + OUT)
    (found,) = warned(file)
    assert found == ('my.toml:3: [box] file: there is no file "peom.txt". Did you mean "poem.txt"?')


@pytest.mark.parametrize(
    "lines",
    [
        'use = "video_file"\nfile = "dance.mp4"',
        'use = "video_file"\nfile = "dance.png"',
        'use = "picture_file"\nfile = "frames"',
        'use = "picture_file"\nfile = "frames/%04d.png"',
        'use = "audio_file"\nfile = "song.wav"',
        'use = "subtitles"\nfile = "song.srt"',
        *(
            f'use = "camera"\ndevice = "{name}"'
            for name in ("auto", "0", "HD Webcam", "rtsp://10.0.0.9/live.mp4", "frames/*.png")
        ),
        *(f'use = "microphone"\ndevice = "{name}"' for name in ("auto", "USB 2.0", "song.wav")),
    ],
)
def test_what_is_there_and_what_is_no_file_is_good(folder: Path, lines: str) -> None:
    assert warned(write(folder, lines)) == []


def test_what_is_written_is_not_looked_for(folder: Path) -> None:
    writes = '[film]\nuse = "video_writer"\nfrom = "box"\nfile = "take.mp4"\n'
    assert warned(write(folder, 'use = "camera"', writes)) == []


def test_a_file_of_another_machine_is_looked_for_there(folder: Path) -> None:
    stage = '[machines.stage]\nat = "10.0.0.9"\n'
    for lines in ('use = "audio_file"\nfile = "no.wav"', 'use = "camera"\ndevice = "no.mp4"'):
        assert warned(write(folder, f'{lines}\nmachine = "stage"', OUT + stage)) == []
        assert len(warned(write(folder, lines, OUT + stage))) == 1


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ('use = "video_file"\nfile = "take.mp4"', "take.mp4"),  # written while it plays
        ('use = "camera"\ndevice = "take.mp4"', "take.mp4"),
        ('use = "camera"\ndevice = "frames/%04d.png"', "frames/%04d.png"),
        ('use = "picture_file"\nfile = "frames/*.png"', "frames/*.png"),
        ('use = "microphone"\ndevice = "take.wav"', "take.wav"),
    ],
)
def test_a_file_that_comes_later_and_a_sequence_lie_beside_the_patch(
    folder: Path, lines: str, named: str
) -> None:
    playing = open_patch(write(folder, lines), live=False).boxes["box"].box
    assert playing.file == str(folder / named)  # type: ignore[attr-defined]


@pytest.mark.parametrize("named", ["frames/*.png", "here.mp4"])
def test_what_is_only_where_it_is_played_from_is_taken_from_there(folder: Path, named: str) -> None:
    (folder.parent / "here.mp4").write_bytes(b"film")
    (folder / "frames").rename(folder.parent / "frames")
    file = write(folder, f'use = "camera"\ndevice = "{named}"')
    assert warned(file) == []
    playing = open_patch(file, live=False).boxes["box"].box
    assert playing.file == named  # type: ignore[attr-defined]
