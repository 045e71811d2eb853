"""Makes a network that is too large to come along, by the script that made those that did.

The script fetches what was published from its registry, and converts it with TensorFlow, which uv
fetches for that time: 400 MB, which is why it is no part of the installation. What comes out is
held to the SHA-256 on the model's card.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from engine.core.errors import ModelError, UnwritableFile
from engine.core.files import installed_folder
from engine.core.os_errors import os_reason
from engine.inference.card import CARD, read_card
from engine.inference.model_folders import built_folder
from engine.system.whole_file import write_whole


def convert(name: str) -> Path:
    """Make a model in the user's folder; return that.

    Raises ModelError where uv is missing, the script fails, or what it makes is not what the card
    says, and UnwritableFile.
    """
    source = installed_folder("models") / "build" / name
    if shutil.which("uv") is None:
        raise ModelError(f"{name}: uv is not here, which fetches what converts it")
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary)
        _run(name, source / "export.py", made)
        for file in (CARD, "vector.npz"):
            shutil.copyfile(source / file, made / file)
        card = read_card(made)
        names = [CARD, *(file.name for file in card.files)]
        for each in card.files:
            card.check(each)
        return _keep(made, names, built_folder(name))


def _run(name: str, script: Path, out: Path) -> None:
    """Run a script in an environment of its own. Raise ModelError with the last that it said."""
    command = ["uv", "run", "--quiet", "--no-project", "--script", str(script), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise ModelError(f"{name}: {said[-1]}")


def _keep(made: Path, names: list[str], folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = {folder / name: (made / name).read_bytes() for name in names}
        write_whole(files, mode=0o644)
    except OSError as error:
        raise UnwritableFile(f"{folder} cannot be written: {os_reason(error)}") from None
    return folder
