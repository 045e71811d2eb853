"""Addresses and arguments stay what they are, or have another version (see ``lock``)."""

import pytest

from engine.osc import layouts

from . import lock

ANEW = "if that is meant: uv run python -m tests.osc.lock"


def test_what_is_sent_is_what_the_lock_file_says():
    before, now = lock.FILE.read_text("utf-8"), lock.lock()
    gone = lock.changed(before, now)
    if lock.version(before) == layouts.VERSION:
        assert not gone, (
            "receivers go by these: put them back, or raise VERSION in engine/osc/layouts.py, say"
            " in CHANGELOG.md what they have to change, and uv run python -m tests.osc.lock"
        )
    assert now == before, ANEW


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        ("version 1\n\n[a]\n/x i\n/y f\n", []),
        ("version 1\n\n[a]\n/x i\n/y f\n\n[b]\n/z s\n", []),
        ("version 1\n\n[a]\n/x i\n/y f\n/z f\n", []),
        ("version 1\n\n[a]\n/x f\n/y f\n", ["[a] /x i"]),
        ("version 1\n\n[a]\n/y f\n", ["[a] /x i"]),
        ("version 1\n\n[b]\n/x i\n/y f\n", ["[a] /x i", "[a] /y f", "[a] [a]"]),
    ],
)
def test_what_is_added_breaks_nobody_and_what_is_changed_does(now, gone):
    assert lock.changed("version 1\n\n[a]\n/x i\n/y f\n", now) == gone


def test_the_old_version_is_not_written_over(tmp_path, monkeypatch):
    file = tmp_path / "layouts.lock"
    file.write_text(f"version {layouts.VERSION}\n\n[float]\n/x d\n", "utf-8")
    monkeypatch.setattr(lock, "FILE", file)
    with pytest.raises(SystemExit, match=r"\[float\] /x d\n\nwas sent"):
        lock.main()
    monkeypatch.setattr(lock, "VERSION", layouts.VERSION + 1)
    lock.main()
    assert lock.version(file.read_text("utf-8")) == layouts.VERSION + 1


def test_every_layout_is_locked():
    text = lock.FILE.read_text("utf-8")
    assert all(f"[landmarks {name} " in text for name in layouts.LANDMARKS)
