"""A film of a stranger opens nothing but itself, whatever it is called and whatever is in it."""

from __future__ import annotations

import os
import socket
import threading

import cv2
import pytest

from engine.core.errors import DeviceError
from engine.dsp.image.picture import silence_opencv
from engine.sources.video_file import VideoFile
from engine.video.ffmpeg import FfmpegPipe, facts, installed
from engine.video.film import Film

from .film_maker import X264, make_film

pytestmark = [pytest.mark.peer("ffmpeg", "ffmpeg"), pytest.mark.may_block("listens for visitors")]

HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{target}\n#EXT-X-ENDLIST\n"
MPD = (
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT3S">'
    '<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">'
    "<BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>"
)
SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
)
LISTS = {
    "hls": HLS,
    "hls after blanks": "\n\n " + HLS,
    "hls with a mark": "\ufeff" + HLS,
    "ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "dash": '<?xml version="1.0"?>\n' + MPD,
    "dash at once": MPD,
    "dash with a comment": "<!-- " + "x" * 1000 + " -->\n" + MPD,
    "sdp": SDP,
    "rtsp": "rtsptext\r\n{target}\r\n",
    "asx": '<asx version="3.0"><entry><ref href="{target}"/></entry></asx>',
    "reference": "[Reference]\r\nRef1={target}\r\n",
    "playlist": "[playlist]\nFile1={target}\nNumberOfEntries=1\n",
    "smooth": '<?xml version="1.0"?><SmoothStreamingMedia MajorVersion="2"/>',
    "imf": '<?xml version="1.0"?><CompositionPlaylist xmlns="x"><Id>{target}</Id>',
}


@pytest.fixture(scope="module")
def visitors():
    """Listen where the lists point to, and give the visitors and the port."""
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hear():
            while True:
                try:
                    visitor, address = server.accept()
                except OSError:
                    return
                seen.append(address)
                visitor.close()

        threading.Thread(target=hear, daemon=True).start()
        yield seen, server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder in which there is a film of somebody's own."""
    place = tmp_path_factory.mktemp("lists")
    make_film(place / "own.mp4", *X264, seconds=0.3)
    make_film(place / "own.ts", *X264, seconds=0.3)
    return place


def targets(folder, port):
    address = f"http://127.0.0.1:{port}/x.ts"
    return [address, "own.ts", "own.mp4", str(folder / "own.ts"), f"file://{folder}/own.mp4"]


@pytest.mark.parametrize("ending", ["mp4", "m3u8", "ts", "sdp", "mpd"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_others_is_refused_by_its_content(folder, visitors, name, ending):
    seen, port = visitors
    for target in targets(folder, port):
        file = folder / f"list.{ending}"
        file.write_text(LISTS[name].format(target=target), encoding="utf-8")
        with pytest.raises(DeviceError, match="holds no film but a list of others"):
            VideoFile(file=str(file)).open(print)
    assert seen == []


DISGUISES = [b"", b"\0", b"; a remark\n", b"\xff\xfe"]


@pytest.mark.parametrize("name", LISTS)
def test_and_what_is_not_recognised_reaches_nobody(folder, visitors, monkeypatch, name):
    """Even past that check FFmpeg opens no address: it may open files only, of a film's formats.

    Every list meets every disguise and both endings, and so does every disguise: each film that is
    refused has cost two programs.
    """
    seen, port = visitors
    monkeypatch.setattr("engine.video.film.refuse_playlist", lambda *_: None)
    address = f"http://127.0.0.1:{port}/x.ts"
    turn = list(LISTS).index(name)
    for index, disguise in enumerate(DISGUISES):
        file = folder / f"disguised.{('mp4', 'm3u8')[(turn + index) % 2]}"
        file.write_bytes(disguise + LISTS[name].format(target=address).encode())
        with pytest.raises(DeviceError):
            Film(str(file), print)
    assert seen == []


@pytest.mark.parametrize("name", LISTS)
def test_the_programs_read_no_list(folder, visitors, name):
    seen, port = visitors
    silence_opencv()
    address, stream, film, *_ = targets(folder, port)
    for target in (address, (stream, film)[list(LISTS).index(name) % 2]):
        file = folder / "list.mp4"
        file.write_text(LISTS[name].format(target=target), encoding="utf-8")
        assert facts(file) is None
        pipe = FfmpegPipe(installed("ffmpeg"), file)
        assert os.read(pipe._pipe.fileno(), 100) == b"", "not one picture"
        pipe.close()
    assert seen == []


@pytest.mark.parametrize(
    "head", [b"\0\0\0\x1cftypisom<MPD ", b"RIFF....AVI LIST", b"\x1aE\xdf\xa3 #EXTM3U", b"<not xml"]
)
def test_what_is_no_list_is_not_called_one(folder, head):
    file = folder / "film.mp4"
    file.write_bytes(head + bytes(100))
    with pytest.raises(DeviceError, match="is not a video"):
        Film(str(file), print)


def test_a_pipe_or_a_device_is_no_film(tmp_path):
    os.mkfifo(tmp_path / "fifo.mp4")
    for file in (tmp_path / "fifo.mp4", "/dev/zero", "/dev/null"):
        with pytest.raises(DeviceError, match=r"is a (pipe|device), not a video file"):
            Film(str(file), print)


def test_a_film_still_is_one(folder):
    assert cv2.VideoCapture(str(folder / "own.mp4")).isOpened()
    Film(str(folder / "own.mp4"), print).close()
