"""A patch as a service: its unit, what systemd is asked, and what is said where there is none."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.terminal import log

SENSORIUM = [sys.executable, "-c", "from engine.cli import main; main()"]
SYSTEMCTL = """#!/bin/sh
echo "$0 $*" | sed 's|.*/||' >> "$HOME/asked"
exit ${REFUSES:-0}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a home with a folder for programs, and a patch whose path is awkward."""
    (tmp_path / "bin").mkdir()
    (tmp_path / 'my "50 %" show').mkdir()
    patch = tmp_path / 'my "50 %" show' / "weeks & more.toml"
    patch.write_text(
        'title = "Two  %s weeks"\n[b]\nuse = "every"\n[c]\nuse="collector"\nfrom="b"\n'
    )
    return tmp_path


def systemd(home: Path) -> None:
    for name in ("systemctl", "loginctl"):
        (home / "bin" / name).write_text(SYSTEMCTL)
        (home / "bin" / name).chmod(0o755)


def sensorium(home: Path, *words: str, code: int = 0, **environment: str) -> str:
    done = subprocess.run(
        [*SENSORIUM, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={**os.environ, "HOME": str(home), "PATH": f"{home}/bin:/usr/bin:/bin", **environment},
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def patch_of(home: Path) -> str:
    return str(home / 'my "50 %" show' / "weeks & more.toml")


def units(home: Path) -> list[str]:
    folder = home / ".config/systemd/user"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def test_it_is_written_begun_and_taken_away_again(home: Path) -> None:
    systemd(home)
    said = sensorium(home, "install", patch_of(home), "--", "--to", "max")
    assert units(home) == ["sensorium-weeks-more.service"]
    assert "begins at boot" in said
    assert (home / "asked").read_text().splitlines() == [
        "systemctl --user show-environment",
        "systemctl --user daemon-reload",
        "systemctl --user enable sensorium-weeks-more.service",
        "systemctl --user restart sensorium-weeks-more.service",
        "loginctl enable-linger",
    ]
    (home / "asked").unlink()
    sensorium(home, "install", patch_of(home), "--remove")
    assert units(home) == []
    asked = (home / "asked").read_text()
    assert "systemctl --user disable --now sensorium-weeks-more.service" in asked


def test_where_no_systemd_answers_it_is_written_and_said(home: Path) -> None:
    systemd(home)
    said = sensorium(home, "install", patch_of(home), "--name", "foyer", REFUSES="1")
    assert units(home) == ["sensorium-foyer.service"]
    assert "not begun: no systemd of this user answers here" in said
    assert "systemctl --user enable --now sensorium-foyer.service" in said
    assert "removed" in sensorium(home, "install", "x", "--name", "foyer", "--remove", REFUSES="1")


def test_to_look_at_it_changes_nothing(home: Path) -> None:
    systemd(home)
    unit = sensorium(home, "install", patch_of(home), "--print", "--", "--set", "b.time=1 s")
    assert units(home) == []
    assert not (home / "asked").exists()
    assert "Description=Sensorium plays Two %%s weeks\n" in unit
    assert ' play "' + patch_of(home).replace('"', '\\"').replace("%", "%%") + '" --quiet' in unit
    assert '--set "b.time=1 s"\n' in unit
    for line in (
        "Type=notify",
        "Restart=always",
        "StartLimitIntervalSec=0",
        "WantedBy=default.target",
    ):
        assert f"\n{line}\n" in unit


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["nowhere.toml"], 2, "there is no such patch"),
        (["PATCH", "--", "--too", "max"], 2, "--too"),
        (["PATCH", "--remove"], 2, '"weeks-more" is not installed'),
    ],
)
def test_what_cannot_be_is_said_and_nothing_written(
    home: Path, words: list[str], code: int, why: str
) -> None:
    systemd(home)
    asked = [patch_of(home) if word == "PATCH" else word for word in words]
    assert why in sensorium(home, "install", *asked, code=code)
    assert units(home) == []


@pytest.mark.peer("systemd-analyze", "systemd")
def test_systemd_finds_nothing_wrong_with_it(home: Path) -> None:
    unit = sensorium(home, "install", patch_of(home), "--print", "--", "--set", "b.time=$1 %s")
    file = home / "sensorium-weeks.service"
    file.write_text(unit)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(home)},
    )
    ours = [line for line in done.stderr.splitlines() if "sensorium" in line]
    # Keys that this systemd is too old to know it passes over, and says so.
    assert [line for line in ours if "Unknown key" not in line] == []
    assert done.returncode == 0, done.stderr


def test_a_log_makes_room_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LARGEST", 1000)
    with log.log_file(tmp_path / "show.log"):
        for number in range(500):
            logging.getLogger("sensorium").warning("trouble %d", number)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 1 + log.KEPT
    assert all(file.stat().st_size <= 1000 for file in files)
    assert files[0].read_text().endswith("WARNING trouble 499\n")


def test_the_log_tells_of_the_show_and_why_it_could_not_be_played(home: Path) -> None:
    words = ["--quiet", "--no-page", "--log", str(home / "show.log"), "--offline", "--for", "0.1"]
    sensorium(home, "play", patch_of(home), *words, "--set", "b.tim=1", code=2)
    text = (home / "show.log").read_text()
    assert "ERROR" in text
    assert 'Did you mean "time"?' in text


def test_a_log_that_cannot_be_written_is_said_before_playing(home: Path) -> None:
    words = ["--quiet", "--no-page", "--log", str(home / "no" / "show.log")]
    assert "there is no folder" in sensorium(home, "play", patch_of(home), *words, code=2)
