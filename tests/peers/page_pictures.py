"""Take the pictures of the page for the documents: `uv run python -m tests.peers.page_pictures`.

Take them on a machine that does nothing else: what they say of delays is what was measured.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.limits import LIMIT
from tests.peers.browser import Browser
from tests.ports import find_port

ROOT = Path(__file__).parents[2]
CALM = """performance.now() > 12000 && document.getElementById("notice").dataset.kind === ""
    && document.getElementById("picture").naturalWidth > 0"""
"""Whether what is told at the start has left, and a voice has gone its way."""


def main() -> None:
    """Play the shipped patch, and look at it as on a desk and on a phone."""
    port = find_port()
    command = ["-c", "from engine.cli import main; main()", "play", "patches/first_light.toml"]
    command += ["--quiet", "--page-port", str(port)]
    show = subprocess.Popen([sys.executable, *command], cwd=ROOT)
    try:
        with contextlib.closing(Browser(find_port())) as browser:
            browser.size(1440, 900)
            browser.go("about:blank")
            while browser.run("return location.href") != f"http://127.0.0.1:{port}/":
                with contextlib.suppress(OSError):  # not served yet
                    socket.create_connection(("127.0.0.1", port)).close()
                    browser.go(f"http://127.0.0.1:{port}/")
            browser.until(CALM)
            (ROOT / "docs" / "page.png").write_bytes(browser.picture())
            browser.size(390, 844, phone=True)
            browser.until(CALM)
            (ROOT / "docs" / "page-phone.png").write_bytes(browser.picture())
    finally:
        show.send_signal(signal.SIGINT)
        show.wait(LIMIT)


if __name__ == "__main__":
    main()
