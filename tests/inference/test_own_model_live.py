"""A model box of a performer's own: one file beside the patch, and a folder with a network."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from engine.osc.parse import packet
from engine.registry import Registry
from tests.inference.tiny_models import write_model
from tests.limits import LIMIT

PLAY = [sys.executable, "-c", "from engine.cli import main; main()", "play"]

BOX = '''
"""How bright the picture is."""

import numpy as np

from engine import Frame, ModelName, NetworkModel


class Bright(NetworkModel[float]):
    """Tell how bright the picture is, 0 to 1."""

    TASK = "bright"

    model: ModelName = "nets/bright"

    def process(self, frame: Frame) -> float:
        (alpha,) = self.run(image=frame.image[None].astype(np.float32) / 255)
        return float(alpha.mean())
'''

PATCH = """
[camera]
use = "stand_in"
[light]
use = "bright"
from = "camera.frame"
[out]
use = "osc_out"
to = "127.0.0.1:{port}"
[out.send]
"/light" = "light"
"""


def beside(folder: Path, port: int) -> Path:
    """Write the patch, the box and the network into a folder; return the patch."""
    (folder / "nodes").mkdir()
    (folder / "nodes" / "bright.py").write_text(BOX)
    write_model(folder / "nets" / "bright", {"network": "bright.onnx"}, task="bright")
    patch = folder / "light.toml"
    patch.write_text(PATCH.format(port=port))
    return patch


def heard(receiver: socket.socket) -> Iterator[float]:
    """Yield what the patch says about the light, and pass over what it says about itself."""
    while True:
        for address, arguments in packet(receiver.recv(4096)):
            if address == "/light":
                yield arguments[0]


def test_the_file_holds_one_box(tmp_path: Path) -> None:
    beside(tmp_path, 9)
    assert Registry(tmp_path).find("bright").__name__ == "Bright"


def test_a_file_from_before_cards_had_a_module_of_their_own_still_loads(tmp_path: Path) -> None:
    beside(tmp_path, 9)
    old = "from engine.models.session import Session, model_folder, models, open_session, read_card"
    file = tmp_path / "nodes" / "bright.py"
    file.write_text(f"{old}\n{BOX.lstrip()}")
    assert Registry(tmp_path).find("bright").__name__ == "Bright"


def test_it_plays_live_wherever_it_is_played_from(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(LIMIT)
        patch = beside(tmp_path, receiver.getsockname()[1])
        show = subprocess.Popen([*PLAY, str(patch), "--no-page", "--quiet"])
        try:
            lights = list(islice(heard(receiver), 5))
        finally:
            show.terminate()
            show.wait(LIMIT)
    assert show.returncode == 0
    assert all(0.05 < light < 0.95 for light in lights)
