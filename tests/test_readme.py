"""The box that the README shows an author works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from engine.testing import play

README = Path(__file__).parent.parent / "README.md"
PATCH = """
[count]
use = "stand_in"
fps = 10
sings = false

[reach]
use = "joint"
from = "count.joints"

[louder]
use = "louder"
from = "reach"
by = 3.0

[plain]
use = "collector"
send = { reach = "reach", louder = "louder" }
"""


def test_the_box_of_the_readme_plays(tmp_path):
    (listing,) = re.findall(r"```python\n# nodes/louder\.py.*?\n(.*?)```", README.read_text(), re.S)
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    (nodes / "louder.py").write_text(listing)
    patch = tmp_path / "mine.toml"
    patch.write_text(PATCH)
    heard = play(patch, seconds=1).box("plain")
    assert heard.of("reach")
    assert heard.of("louder") == [3.0 * value for value in heard.of("reach")]
