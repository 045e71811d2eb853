"""Picture files and MJPEG streams with bytes changed, cut out, doubled or put in.

They are decoded in a process of their own: a decoder that crashes is found, and told by its case.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from hypothesis import strategies as st

from engine.core.errors import DeviceError
from engine.video.http_stream import decode_jpeg
from engine.video.jpeg_splitter import JpegSplitter
from engine.video.picture_header import is_moving_gif
from engine.video.still import LONGEST, decode_still
from tests.video import pictures

from .mutation import mutated
from .peak import peak_mib

STILL, STREAM = b"p", b"s"
SECONDS = 5.0
MEMORY = 2048
"""The most MiB that the process may take: a picture of 134 million pixels takes 400, some twice."""
_NOISE = np.random.default_rng(5).integers(0, 256, (40, 56, 4), np.uint8)


@cache
def stills() -> list[bytes]:
    """Return a picture of each kind that is read."""
    kinds = ("jpg", "png", "webp", "tiff", "bmp", "ppm", "gif")
    colour = [pictures.encode(kind, _NOISE[:, :, :3].copy()) for kind in kinds]
    makers = (pictures.jpeg, pictures.png, pictures.webp, pictures.tiff)
    turned = [make(6) for make in makers]
    alpha = [pictures.encode(kind, _NOISE) for kind in ("png", "webp", "tiff")]
    deep = [pictures.encode(kind, _NOISE.astype(np.uint16) << 8) for kind in ("png", "tiff")]
    progressive = pictures.encode("jpg", _NOISE[:, :, :3].copy(), cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    return [*colour, *turned, *alpha, *deep, progressive, pictures.CMYK, pictures.gif(2)]


@cache
def stream() -> bytes:
    """Return an MJPEG stream of a few pictures."""
    jpegs = [each for each in stills() if each.startswith(b"\xff\xd8")]
    head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
    return b"".join(head % (len(each), each) for each in jpegs)


_still = st.integers(0, 99).flatmap(lambda n: mutated(st.just(stills()[n % len(stills())])))
cases = st.one_of(
    st.tuples(st.just(STILL), _still),
    st.tuples(st.just(STREAM), mutated(st.builds(stream))),
    st.tuples(st.sampled_from([STILL, STREAM]), st.binary(max_size=300)),
)


def take(case: tuple[bytes, bytes]) -> None:
    """Decode a case in the other process: a picture, or our own words why there is none."""
    kind, data = case
    child = decoder()
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(kind + len(data).to_bytes(4, "big") + data)
    child.stdin.flush()
    answer = child.stdout.readline()
    if not answer:
        decoder.cache_clear()
        end(child)
        raise AssertionError(f"the decoder crashed: {child.returncode}")
    found = json.loads(answer)
    assert not found["error"], found["error"]
    assert found["seconds"] < SECONDS
    assert found["peak"] < MEMORY


@cache
def decoder() -> subprocess.Popen[bytes]:
    """Start the process that decodes."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.images"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # libjpeg says there what it makes of damaged data
        cwd=Path(__file__).parents[2],
    )
    atexit.register(end, child)
    return child


def end(child: subprocess.Popen[bytes]) -> None:
    """End the process, and leave nothing of it."""
    with child:  # waits, and closes its pipes
        child.kill()


def decode(kind: bytes, data: bytes) -> None:
    """Take one case apart."""
    is_moving_gif(data)
    if kind == STREAM:
        splitter = JpegSplitter()
        for at in range(0, len(data), 1000):
            for found in splitter.feed(data[at : at + 1000]):
                assert found.startswith(b"\xff\xd8")
                assert found.endswith(b"\xff\xd9")
                decode_jpeg(found)
        return
    try:
        image = decode_still(data)
    except DeviceError as error:
        assert str(error)
    else:
        assert image.dtype == np.uint8
        assert image.ndim == 3
        assert image.shape[2] == 3
        assert 0 < max(image.shape) <= LONGEST


def main() -> None:
    """Decode what comes until the other end is gone."""
    while head := sys.stdin.buffer.read(5):
        data = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
        began, error = time.process_time(), ""
        try:
            decode(head[:1], data)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
        seconds = time.process_time() - began
        print(json.dumps({"error": error, "seconds": seconds, "peak": peak_mib()}), flush=True)


if __name__ == "__main__":
    main()
