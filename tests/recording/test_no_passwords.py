"""A recording may be given away: what a patch and its rig say of cameras holds no password."""

from __future__ import annotations

from pathlib import Path

from mcap.reader import make_reader

from engine.recording.reader import Recording
from engine.recording.record import Begun

from .shows import SMALL, again, compared, rehearse

RIG = '[camera]\ndevice = "rtsp://anna:ge@heim@10.0.0.7:554/x"   # was http://h.de/v?pwd=qxzj\n'


def test_a_recording_holds_no_password(tmp_path: Path) -> None:
    patch = tmp_path / "small.toml"
    patch.write_text(SMALL + "# rtsp://anna:ge@heim@10.0.0.7:554/x\n")
    (tmp_path / "rig.toml").write_text(RIG)
    file = tmp_path / "small.mcap"
    rehearse(file, patch, seconds=1.0)
    with file.open("rb") as stream:
        data = b"".join(message.data for _, _, message in make_reader(stream).iter_messages())
    assert not [part for part in (b"heim", b"ge@", b"anna", b"qxzj") if part in data]
    begun = next(item.what for item in Recording(file).items() if isinstance(item.what, Begun))
    assert begun.rig is not None
    assert '"rtsp://10.0.0.7:554/x"' in begun.rig
    assert not compared(again(file)).different
