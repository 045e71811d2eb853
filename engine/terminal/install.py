"""Installs a patch as a systemd user service: started at boot, restarted when it ends or hangs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import PatchError, Problem
from engine.patch.find import find_patch
from engine.runtime.opening import check_patch

UNITS = Path(".config/systemd/user")
_UNIT = """\
# Written by "sensorium install"; to change it, install it again.
[Unit]
Description=Sensorium {does}
After=sound.target pipewire.service
# A show that ends is begun again however often that happens.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
# "systemctl --user reload" has the show read its patch, rig and boxes again.
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory={folder}
# Models are loaded while the show already plays, so it begins within seconds.
TimeoutStartSec=60
# Whoever says nothing for so long is stuck.
WatchdogSec=10
TimeoutStopSec=10
Restart=always
# The pause grows with each end; systemd before 254 knows the first line only.
RestartSec=1
RestartSteps=5
RestartMaxDelaySec=30
# The journal keeps what is logged, and throws away the oldest (journald.conf, SystemMaxUse); a
# show that has trouble at every picture shall not fill it.
LogRateLimitIntervalSec=30
LogRateLimitBurst=500

[Install]
WantedBy=default.target
"""


@dataclass(frozen=True)
class ServiceUnit:
    """A patch to be played as a service; ``options`` are those of ``sensorium play``.

    With ``joins`` it waits for shows of other machines in its place, by its ``title``; ``options``
    are those of ``sensorium join``.
    """

    patch: Path
    title: str
    name: str
    options: tuple[str, ...] = ()
    joins: bool = False

    @property
    def unit_name(self) -> str:
        """The name of its unit."""
        return f"sensorium-{self.name}.service"

    @property
    def file(self) -> Path:
        """The path of its unit."""
        return Path.home() / UNITS / self.unit_name

    def unit(self) -> str:
        """Return the text of its unit, see systemd.service(5)."""
        play = ["play", str(self.patch.absolute()), "--quiet"]
        does = ["join", self.title] if self.joins else play
        words = [*_program(), *does, *self.options]
        folder = str(Path.cwd())
        if any("\n" in word for word in (*words, folder)):
            raise PatchError([Problem("a line break in a path or option cannot be installed")])
        return _UNIT.format(
            does=f"{'joins as' if self.joins else 'plays'} {_plain(self.title)}",
            command=" ".join(map(_quoted, words)),
            folder=folder.replace("%", "%%"),
        )

    def install(self) -> list[str]:
        """Write the unit and start it; return the lines to show.

        Raise OSError when it cannot be written, PatchError when systemd refuses it.
        """
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.unit(), encoding="utf-8")
        lines = [f"written: {self.file}"]
        if not runs_here():
            return [*lines, f"not begun: {why_not()}", f"there, begin it with: {self._by_hand()}"]
        _systemctl("daemon-reload")
        _systemctl("enable", self.unit_name)
        _systemctl("restart", self.unit_name)
        return [*lines, *_at_boot(), *self._how_to()]

    def remove(self) -> list[str]:
        """Stop the service and remove its unit; return the lines to show."""
        if not self.file.exists():
            known = sorted(self.file.parent.glob("sensorium-*.service"))
            there = ", ".join(file.stem.removeprefix("sensorium-") for file in known)
            raise PatchError(
                [Problem(f'"{self.name}" is not installed. There is: {there or "nothing"}.')]
            )
        if runs_here():
            _systemctl("disable", "--now", self.unit_name)
        self.file.unlink()
        if runs_here():
            _systemctl("daemon-reload")
        return [f"removed: {self.file}"]

    def _by_hand(self) -> str:
        return f"systemctl --user daemon-reload && systemctl --user enable --now {self.unit_name}"

    def _how_to(self) -> list[str]:
        name = self.unit_name
        return [
            f"how it goes:    systemctl --user status {name}",
            f"what it logged: journalctl --user -u {name}",
            f"end it:         sensorium install {self.patch} --name {self.name} --remove"
            + (" --join" if self.joins else ""),
        ]


def install(
    patch: str, options: tuple[str, ...], name: str | None, *, only_print: bool, remove: bool
) -> str:
    """Install, print or remove a service; return the text to show. Raise PatchError or OSError."""
    file = Path(patch) if remove else find_patch(patch)
    called = name_of(Path(name or file))
    if remove:
        return "\n".join(ServiceUnit(file, "", called).remove())
    service = ServiceUnit(file, check_patch(file).title, called, options)
    return service.unit() if only_print else "\n".join(service.install())


def install_join(
    machine: str, options: tuple[str, ...], name: str | None, *, only_print: bool, remove: bool
) -> str:
    """Install, print or remove a service that joins shows as a machine; return the text to show.

    Raise PatchError or OSError.
    """
    called = name_of(Path(name or machine))
    service = ServiceUnit(Path(machine), machine, called, options, joins=True)
    if remove:
        return "\n".join(service.remove())
    return service.unit() if only_print else "\n".join(service.install())


def name_of(patch: Path) -> str:
    """Return the name of a service for a patch."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", patch.stem).strip("-.") or "patch"


def runs_here() -> bool:
    """Return whether a systemd of this user answers."""
    if shutil.which("systemctl") is None:
        return False
    command = ["systemctl", "--user", "show-environment"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def why_not() -> str:
    """Return why there is no systemd to start the service, and what to do instead."""
    if sys.platform == "darwin":
        return 'macOS has no systemd: begin "sensorium play" by a LaunchAgent with KeepAlive'
    if sys.platform == "win32":
        return 'Windows has no systemd: begin "sensorium play" by the Task Scheduler at log on'
    if shutil.which("systemctl") is None:
        return "there is no systemd: have the supervisor of this system begin it, with --log FILE"
    return "no systemd of this user answers here, as in a container or without a log in"


def _at_boot() -> list[str]:
    """Start the services of this user at boot instead of log in, where that is allowed."""
    command = ["loginctl", "enable-linger"]
    if (
        shutil.which("loginctl")
        and subprocess.run(command, capture_output=True, check=False).returncode == 0
    ):
        return ["begins at boot"]
    return ["begins at log in; to begin at boot: sudo loginctl enable-linger $USER"]


def _systemctl(*words: str) -> None:
    done = subprocess.run(
        ["systemctl", "--user", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PatchError([Problem(f"systemctl {' '.join(words)}: {done.stderr.strip()}")])


def _program() -> list[str]:
    """Return the command ``sensorium`` of this installation."""
    beside = shutil.which("sensorium", path=str(Path(sys.executable).parent))
    return [beside] if beside else [sys.executable, "-m", "engine"]


def _quoted(word: str) -> str:
    """Return a word of a command quoted for systemd."""
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(plain, written)
    return f'"{word}"' if re.search(r"[^\w@%+=:,./$-]", word) or not word else word


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("%", "%%") or "a patch"
