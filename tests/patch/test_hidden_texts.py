"""The text of a patch is kept without the passwords in it, and is a patch as before."""

from __future__ import annotations

import tomllib

import pytest

from engine.patch.hidden_texts import hide_in_patch
from engine.web.svg import svg
from tests.patch.texts import compiled

KINDS = [
    ('device = "rtsp://u:ge@im@127.0.0.1:1/x"', "rtsp://127.0.0.1:1/x"),
    ("device = 'rtsp://u:ge\"im@127.0.0.1:1/x'", "rtsp://127.0.0.1:1/x"),
    ('device = "rtsp://u:g\\u0065h\\"eim im@127.0.0.1:1/x"', "rtsp://127.0.0.1:1/x"),
    ('device = """rtsp://u:ge"im@127.0.0.1:1/x"""', "rtsp://127.0.0.1:1/x"),
    ("device = '''rtsp://u:ge'im@127.0.0.1:1/x'''", "rtsp://127.0.0.1:1/x"),
    ('device = "http://127.0.0.1:1/v?user=u&pwd=my geheim"', "http://127.0.0.1:1/v?***"),
    ('device = "u:geheim@10.0.0.1/ä\\u007f"', "10.0.0.1/ä\x7f"),
]


@pytest.mark.parametrize(("line", "shown"), KINDS)
def test_every_kind_of_text_is_hidden(line, shown):
    hidden = hide_in_patch(f"# it's here\n[camera]\n{line} # u:geheim@h\nfps = 25\n")
    assert tomllib.loads(hidden) == {"camera": {"device": shown, "fps": 25}}
    assert not any(part in hidden for part in ("geh", "eim", "im@", "ge@", "ge'", "my "))
    assert hidden.count("\n") == 4


def test_what_holds_no_password_stays_letter_by_letter():
    text = """title = 'a "show"'  # don't
[out]
use = "osc_out"\t
to = "max@10.0.0.1"
text = \"\"\"
two
lines\"\"\"
"""
    assert hide_in_patch(text) == text


@pytest.mark.parametrize("text", ['device = "rtsp://u:geheim@h', "'''", '"\\q u:geheim@h"', ""])
def test_what_is_no_patch_is_no_error(text):
    assert "geheim" not in hide_in_patch(text) or text.count('"') == 1


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("rtsp://u:ge@im@127.0.0.1:1/x", "rtsp://127.0.0.1:1/x"),
        ("u:geheim@10.0.0.1, left", "10.0.0.1, left"),
        ("the hall: http://127.0.0.1/v?pwd=geheim", "the hall: http://127.0.0.1/v?***"),
        ("max@10.0.0.1", "max@10.0.0.1"),
    ],
)
def test_titles_and_labels_are_shown_without_them(tmp_path, written, shown):
    plan = compiled(
        tmp_path, f'title = "{written}"\n[cam]\nuse = "stand_in"\nlabel = "{written}"\n'
    )
    assert plan.title == shown
    assert plan.boxes["cam"].label == shown
    assert "geheim" not in svg(plan)
    assert "im@" not in svg(plan)
