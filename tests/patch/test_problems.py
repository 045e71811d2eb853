"""Everything that can be wrong with a patch, and the very words in which that is said."""

# The words are compared whole, so that a reader sees them as a performer does.
# ruff: noqa: E501

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from engine.core.errors import PatchError
from engine.patch.compile import compile_patch
from engine.patch.load import load
from engine.registry import Registry
from tests.patch.texts import BODY, OUT, compiled, problems

# A name, a patch, and what is said of it after the name of the file.
CASES = [
    (
        "use",
        '[a]\nuse = "poze"\n',
        ['2: [a] use: there is no kind of box "poze". Did you mean "pose"?'],
    ),
    (
        "nouse",
        '[a]\nfrom = "b"\n',
        ['1: [a]: needs "use": which kind of box it is, such as use = "pose"'],
    ),
    (
        "usenum",
        "[a]\nuse = 3\n",
        ['1: [a]: needs "use": which kind of box it is, such as use = "pose", got 3'],
    ),
    (
        "key",
        BODY + 'joimt = "nose"\n',
        ['10: [reach] joimt: joint has no "joimt". Did you mean "joint"?'],
    ),
    (
        "name-for-a-cable",
        '[a]\nuse = "stand_in"\n[l]\nuse = "loudness"\nfrom = "a.sound"\n'
        '[n]\nuse = "notes"\nfrom = "a.pitch"\nloudness = "l"\non = "l"\nsteady = "l.level"\n',
        [
            '9: [n] loudness: takes a number, got "l". A cable from there is { from = "l" }',
            '10: [n] on: expected true or false, got "l". A cable from there is { from = "l" }',
            '11: [n] steady: expected a time with its unit, such as "20 ms", got "l.level". A cable from there is { from = "l.level" }',
        ],
    ),
    (
        "key2",
        BODY + "zzz = 1\n",
        [
            '10: [reach] zzz: joint has no "zzz". There is: axis, confidence, empty, from, joint, keep, label, machine, on, on_loss, person, pose, then, use.'
        ],
    ),
    (
        "title-below",
        BODY + 'title = "mine"\nprivacy = true\n',
        [
            '10: [reach] title: "title" is of the whole patch: it stands above the first [box]',
            '11: [reach] privacy: "privacy" is of the whole patch: it stands above the first [box]',
        ],
    ),
    (
        "title-sent",
        BODY + OUT + 'title = "mine"\nprivacy = true\ndeadline = "40 ms"\ngive_way = ["pose"]\n',
        [
            f'{line}: [out] send {key}: "{key}" is of the whole patch: it stands above the first [box]'
            for line, key in enumerate(("title", "privacy", "deadline", "give_way"), start=15)
        ],
    ),
    (
        "another-outlet",
        '[a]\nuse = "stand_in"\n[p]\nuse = "pitch"\nfrom = "a"\n',
        ['5: [p] from: takes sound, but "a" gives a picture; "a.sound" fits'],
    ),
    ("a-port-may-be-called-so", BODY + '[c]\nuse = "collector"\nsend.title = "reach"\n', []),
    (
        "every-on-node",
        BODY + 'every = "20 ms"\n',
        [
            '10: [reach] every: joint has no "every". There is: axis, confidence, empty, from, joint, keep, label, machine, on, on_loss, person, pose, then, use.'
        ],
    ),
    (
        "then-on-sink",
        BODY + OUT + '"/a"="reach"\n[o2]\nuse="osc_out"\nto="max"\nthen=["smooth"]\nfrom="reach"\n',
        [
            '19: [o2] then: "o2" is an output: nothing comes out of it',
            '20: [o2] from: takes no "from": what goes where is said by "send"',
        ],
    ),
    (
        "range",
        BODY + 'then = [{ use = "smooth", smooth = 2 }]\n',
        ["10: [reach] then #1 smooth: expected a number from 0 to 1, got 2"],
    ),
    (
        "thenkey",
        BODY + 'then = ["smoth"]\n',
        ['10: [reach] then use: there is no kind of box "smoth". Did you mean "smooth"?'],
    ),
    (
        "then3",
        BODY + "then = [3]\n",
        ['10: [reach] then: expected the names of boxes, such as ["smooth"], got 3'],
    ),
    (
        "empty",
        BODY + "empty = 0\n",
        ['10: [reach] empty: expected a table such as { to = 0, after = "2 s" }'],
    ),
    (
        "emptytime",
        BODY + "empty = { to = 0, after = 2 }\n",
        ['10: [reach] empty after: expected a time with its unit, such as "20 ms", got 2'],
    ),
    (
        "emptykey",
        BODY + "empty = { too = 0 }\n",
        ['10: [reach] empty too: empty has no "too". Did you mean "to"?'],
    ),
    (
        "inf",
        BODY + OUT + '"/a" = { from = "reach", to = [0, inf] }\n',
        ["15: [out] send /a to: expected a list of 2 numbers, got [0, inf]"],
    ),
    (
        "nan",
        BODY + "confidence = nan\n",
        ["10: [reach] confidence: expected a number from 0 to 1, got nan"],
    ),
    (
        "nanarg",
        BODY + OUT + '"/a" = { from = "reach", args = [nan] }\n',
        ["15: [out] send /a args: expected a list of numbers, texts or switches, got [nan]"],
    ),
    (
        "time",
        BODY + OUT + '"/a" = { from = "reach", every = 20 }\n',
        ['15: [out] send /a every: expected a time with its unit, such as "20 ms", got 20'],
    ),
    (
        "at_most",
        BODY + OUT + '"/a" = { when = "reach", at_most = "20" }\n',
        ['15: [out] send /a at_most: expected a time with its unit, such as "20 ms", got "20"'],
    ),
    (
        "everysink",
        BODY + '[out]\nuse="osc_out"\nto="max"\nevery=20\n[out.send]\n"/a"="reach"\n',
        ['13: [out] every: expected a time with its unit, such as "20 ms", got 20'],
    ),
    (
        "fromtwo",
        BODY + OUT + '"/a" = { from = "reach", when = "reach" }\n',
        ['15: [out] send /a: a cable has either "from" or "when", not both'],
    ),
    (
        "cabletypo",
        BODY + OUT + '"/a" = { form = "reach" }\n',
        [
            '15: [out] send /a: expected the name of a box, or a table such as { from = "pose" }, got { form = "reach" }. Did you mean "from"?'
        ],
    ),
    (
        "cablenum",
        BODY + OUT + '"/a" = 3\n',
        [
            '15: [out] send /a: expected the name of a box, or a table such as { from = "pose" }, got 3'
        ],
    ),
    (
        "opt",
        BODY + OUT + '"/a" = { from = "reach", agrs = [1] }\n',
        ['15: [out] send /a agrs: a cable has no "agrs" here. Did you mean "args"?'],
    ),
    (
        "optin",
        BODY + '[e]\nuse="energy"\nfrom = { from = "pose", tp = [0,1] }\n',
        [
            '12: [e] from tp: a cable has no "tp" here. There is: from, when, in, to, curve, above, choose, at_most, every, on_loss, on_beat, label.'
        ],
    ),
    (
        "curve",
        BODY + OUT + '"/a" = { from = "reach", curve = "expo" }\n',
        [
            '15: [out] send /a curve: expected one of "linear", "exp", "log", "smooth", "square", "root", got "expo". Did you mean "exp"?'
        ],
    ),
    (
        "exp0",
        BODY + OUT + '"/a" = { from = "reach", to = [0, 1], curve = "exp" }\n',
        [
            '15: [out] send /a: curve = "exp" needs both ends of to above zero (or both below), got [0, 1]'
        ],
    ),
    (
        "choose",
        BODY + OUT + '"/a" = { from = "reach", choose = "ink" }\n',
        ['15: [out] send /a choose: expected a list of texts or numbers, got "ink"'],
    ),
    (
        "type",
        BODY + '[s]\nuse="slew"\nfrom="pose"\n',
        ['12: [s] from: takes a number, but "pose" gives a pose'],
    ),
    (
        "type2",
        '[camera]\nuse="camera"\n[r]\nuse="joint"\nfrom="camera"\n',
        ['5: [r] from: takes a pose or landmarks, but "camera" gives a picture'],
    ),
    (
        "scalepose",
        BODY + OUT + '"/a" = { from = "pose", to = [0,1] }\n',
        ['15: [out] send /a: "to" works on a number, but "pose" gives a pose'],
    ),
    (
        "outlet",
        BODY + OUT + '"/a" = "pose.cont"\n',
        ['15: [out] send /a: "pose": there is no output "cont". Did you mean "count"?'],
    ),
    (
        "outlet2",
        BODY + OUT + '"/a" = "camera.fram"\n',
        ['15: [out] send /a: "camera": there is no output "fram". Did you mean "frame"?'],
    ),
    (
        "nobox",
        BODY + OUT + '"/a" = "raech"\n',
        ['15: [out] send /a: there is no box "raech". Did you mean "reach"?'],
    ),
    (
        "output",
        BODY + OUT + '"/a" = "reach"\n[s]\nuse="smooth"\nfrom="out"\n',
        ['18: [s] from: "out" is an output: nothing comes out of it'],
    ),
    (
        "missingfrom",
        BODY + '[s]\nuse="smooth"\n',
        ['10: [s]: needs "from": which box gives it a number, a pose or landmarks'],
    ),
    (
        "unreached",
        '[s]\nuse="smooth"\nfrom="t"\n[t]\nuse="delay"\nfrom="s"\n',
        [
            "1: [s]: nothing ever reaches it: no cable leads here from a source",
            "4: [t]: nothing ever reaches it: no cable leads here from a source",
        ],
    ),
    (
        "loop",
        BODY + '[a]\nuse="smooth"\nfrom="b"\n[b]\nuse="smooth"\nfrom="a"\n',
        [
            "10: [a]: nothing ever reaches it: no cable leads here from a source",
            "13: [b]: nothing ever reaches it: no cable leads here from a source",
        ],
    ),
    (
        "looppar",
        BODY + '[a]\nuse="smooth"\nfrom="reach"\nsmooth={from="b"}\n[b]\nuse="scale"\nfrom="a"\n',
        ["10: [a]: a -> b -> a wait for each other; put a delay between them"],
    ),
    (
        "top",
        'titel = "x"\n' + BODY,
        [
            '1: titel: belongs to no box; before the first "[box]" stands only "title", "about", "privacy", "deadline" or "give_way". Did you mean "title"?'
        ],
    ),
    ("title", "title = 3\n" + BODY, ["1: title: expected a text, got 3"]),
    ("private", 'privacy = "yes"\n' + BODY, ['1: privacy: expected true or false, got "yes"']),
    (
        "aot",
        '[[camera]]\nuse="camera"\n',
        ['1: camera: a box has one bracket: "[camera]", not "[[camera]]"'],
    ),
    (
        "name",
        '["a b"]\nuse="camera"\n',
        ["1: [a b]: the name of a box is one word without dot, slash or blank"],
    ),
    (
        "sendnot",
        BODY + '[out]\nuse="osc_out"\nto="max"\nsend="reach"\n',
        ['13: [out] send: expected a table of what to send, got "reach"'],
    ),
    (
        "nosend",
        BODY + '[out]\nuse="osc_out"\nto="max"\n',
        ['10: [out]: sends nothing: it needs "send" or "from"'],
    ),
    (
        "fromout",
        BODY + '[out]\nuse="osc_out"\nto="max"\nfrom="reach"\n',
        ['13: [out] from: takes no "from": what goes where is said by "send"'],
    ),
    (
        "noto",
        BODY + '[out]\nuse="osc_out"\n[out.send]\n"/a"="reach"\n',
        ['10: [out]: needs "to": "host:port", or a tool such as "touchdesigner"; or several'],
    ),
    (
        "addr",
        BODY
        + OUT
        + '"a" = "reach"\n"/b#2" = "reach"\n"/c/{sloot}" = "pose"\n"/d*" = "reach"\n"/e" = []\n',
        [
            '15: [out] send a: an OSC address begins with "/", got "a"',
            "16: [out] send /b#2: no # may stand in an address or port",
            '17: [out] send /c/{sloot}: nothing fills {sloot} here, which takes {slot}. Did you mean "slot"?',
            "18: [out] send /d*: an OSC address may not hold *",
            "19: [out] send /e: expected a cable, or several, got an empty list",
        ],
    ),
    (
        "fixedcable",
        '[camera]\nuse="camera"\ndevice = { from = "x" }\n',
        ["3: [camera] device: cannot be changed while playing, so takes no cable"],
    ),
    (
        "oncable",
        BODY + OUT + '"/a"="reach"\n[x]\nuse="camera"\non = { from = "pose" }\n',
        ['18: [x] on: takes a switch, but "pose" gives a pose'],
    ),
    ("on", '[camera]\nuse="camera"\non = 1\n', ["3: [camera] on: expected true or false, got 1"]),
    (
        "listparam",
        BODY + '[s]\nuse="scale"\nfrom="reach"\nto={from="reach"}\n',
        ["13: [s] to: takes a list of 2 numbers, which no cable carries"],
    ),
    (
        "two",
        BODY + '[s]\nuse="smooth"\nfrom="reach"\nvalue={from="reach"}\n',
        ['13: [s] value: is the first input, which "from" feeds already: one of them is too many'],
    ),
    (
        "req",
        BODY + '[s]\nuse="choose"\nfrom="reach"\n',
        ['10: [s]: needs "choices": what there is to pick from: texts or numbers'],
    ),
    (
        "sendonnode",
        BODY + '[reach.send]\n"/a"="pose"\n',
        ["10: [reach] send: joint is no output, so it sends nothing"],
    ),
    (
        "joints",
        BODY + OUT + '"/p{slot}/{joint}/{axis}" = { from = "pose", joints = ["left_wirst"] }\n',
        [
            '15: [out] send /p{slot}/{joint}/{axis}: there is no joint "left_wirst". Did you mean "left_wrist"?'
        ],
    ),
    (
        "layout",
        BODY + OUT + '"/p" = { from = "pose", layout = "namd" }\n',
        [
            '15: [out] send /p: there is no layout "namd"; there is "packed", "named", "wekinator", "poseosc", "poseosc_addr", "visionosc", "mediapipe", "handpose", "faceosc", "tuio", "tuio2", "vmc", "vrchat", "adm", "eos". Did you mean "named"?'
        ],
    ),
    ("emptyfile", "", [" has no boxes"]),
    ("onlytitle", 'title="x"\n', [" has no boxes"]),
    (
        "fromlist",
        BODY + '[s]\nuse="smooth"\nfrom=["reach","pose"]\n',
        ['12: [s] from #2: takes one cable; a box with use = "merge" makes one of several'],
    ),
    (
        "fromnum",
        BODY + '[s]\nuse="smooth"\nfrom=3\n',
        ['12: [s] from: expected the name of a box, or a table such as { from = "pose" }, got 3'],
    ),
]


@pytest.mark.parametrize(("text", "said"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_what_is_said(tmp_path: Path, text: str, said: list[str]) -> None:
    assert problems(tmp_path, text) == [f"my.toml:{each}" for each in said]


def test_a_loop_with_a_delay_in_it_is_good(tmp_path: Path) -> None:
    compiled(
        tmp_path,
        BODY
        + """
[a]
use = "smooth"
from = "reach"
smooth = { from = "later" }
[turned]
use = "scale"
from = "a"
[later]
use = "delay"
from = "turned"
""",
    )


def test_an_unknown_joint_suggests_the_nearest(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, BODY + 'joint = "left_wirst"')
    assert said.startswith('my.toml:10: [reach] joint: expected one of "nose", "left_eye",')
    assert said.endswith(', got "left_wirst". Did you mean "left_wrist"?')


def test_an_unknown_tool_suggests_the_nearest(tmp_path: Path) -> None:
    text = BODY + '[out]\nuse = "osc_out"\nto = "touchdesinger"\n[out.send]\n"/a" = "reach"'
    (said,) = problems(tmp_path, text)
    assert said.startswith("my.toml:12: [out] to: expected host:port or a tool (")
    assert said.endswith('got "touchdesinger". Did you mean "touchdesigner"?')


def test_a_picture_cannot_be_sent_by_osc(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, BODY + OUT + '"/a" = "camera"')
    assert said.startswith("my.toml:15: [out] send /a: takes a number, ")
    assert said.endswith(', but "camera" gives a picture')


def test_a_message_too_long_for_a_packet_is_named(tmp_path: Path) -> None:
    address = "/" + "a" * 1480
    (said,) = problems(tmp_path, BODY + OUT + f'"{address}" = "reach"')
    assert said.startswith(f"my.toml:15: [out] send {address}: its message has 1492 bytes, and")


def test_all_is_told_at_once_and_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        'titel = "x"'
        + BODY
        + 'joimt = "nose"'
        + OUT
        + '"/a" = "raech"\n"/b" = { from = "reach", every = 20 }\n[more]\nuse = "poze"\n'
    )
    assert problems(tmp_path, text) == [
        "my.toml:1: titel: belongs to no box; before the first"
        ' "[box]" stands only "title", "about", "privacy", "deadline" or "give_way". Did you mean "title"?',
        'my.toml:10: [reach] joimt: joint has no "joimt". Did you mean "joint"?',
        'my.toml:15: [out] send /a: there is no box "raech". Did you mean "reach"?',
        'my.toml:16: [out] send /b every: expected a time with its unit, such as "20 ms", got 20',
        'my.toml:18: [more] use: there is no kind of box "poze". Did you mean "pose"?',
    ]


def test_a_broken_box_is_told_once_and_not_again_by_who_hangs_on_it(tmp_path: Path) -> None:
    text = BODY.replace('"pose"\nfrom', '"poze"\nfrom') + OUT + '"/a" = "reach"'
    assert problems(tmp_path, text) == [
        'my.toml:5: [pose] use: there is no kind of box "poze". Did you mean "pose"?'
    ]


WORDS_OF_ENGINEERS = ("island", "lane", "mailbox", "tick", "inlet", "outlet", "hot", "sink", "node")


def test_no_message_speaks_like_an_engineer() -> None:
    told = " ".join(said for case in CASES for said in case[2]).split()
    assert [word for word in WORDS_OF_ENGINEERS if word in told] == []


SYNTAX = [
    ('title = "x\n', 1, 'a text begins here with a quote that nothing closes: title = "x'),
    ("\ntitle = 'x\nb = 1\n", 2, "a text begins here with a quote that nothing closes: title = 'x"),
    ('a = """x\n\n', 1, 'a text begins here with a quote that nothing closes: a = """x'),
    (
        "[a]\nuse = pose\n",
        2,
        'a text stands in quotes: "pose": use = pose',
    ),
    (
        "title = “x”\n",
        1,
        'quotes are straight, as in use = "camera", without “ ” or ‘ ’: title = “x”',
    ),
    ("[a]\nx = 1\n[a]\n", 3, "this box is here twice; each name may stand once: [a]"),
    ("[a]\nx = 1\nx = 2\n", 3, "this is here twice; each name may stand once: x = 2"),
    (
        "a = { b = 1, b = 2 }",
        1,
        "this is here twice; each name may stand once: a = { b = 1, b = 2 }",
    ),
    (
        "after = 2 s\n",
        1,
        'a time stands in quotes: "2 s": after = 2 s',
    ),
    (
        "a = [1, 2\nb = 3\n",
        1,
        "a list or table that is open here is never closed: a = [1, 2",
    ),
    ("a = { b = 1, }", 1, "in a table { } no comma stands after the last value: a = { b = 1, }"),
    ("[a\nb = 1", 1, "the name of a box stands in brackets, such as [pose]: [a"),
    ("camera", 1, 'expected a name, "=" and a value, such as use = "pose": camera'),
    (
        r'file = "C:\x"',
        1,
        "in quotes a \\ begins a special character: put the text in single quotes, 'C:\\new',"
        ' or write /: file = "C:\\x"',
    ),
]


@pytest.mark.parametrize(("text", "line", "said"), SYNTAX, ids=[s[0] for s in SYNTAX])
def test_what_is_no_toml_is_said_in_plain_words(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    assert problems(tmp_path, text) == [f"my.toml:{line}: {said}"]


# What a line says, and what is said of it before the line is shown.
SLIPS = [
    (r'x = "C:\Users\eva"', r"in quotes a \ begins a special character"),
    (r'x = "D:\new\x12"', r"in quotes a \ begins a special character"),
    (r'x = "C:\"', r"in quotes a \ begins a special character"),
    (r'x = "\\server\share"', r"in quotes a \ begins a special character"),
    (r"x = C:\new", r'a text stands in quotes: "C:\new"'),
    ("[größe]", '0 to 9, _ and - stands in quotes, ["größe"]'),
    ("[größe.send]", 'stands in quotes, ["größe".send]'),
    ("[日本]", 'stands in quotes, ["日本"]'),
    ("[my box]", "the name of a box is one word: [my_box]"),
    ("[]", "the name of a box is missing in the brackets"),
    ("pose]", "the name of a box stands in brackets: [pose]"),
    ("[pose", "the name of a box stands in brackets"),
    ("[“pose”]", "quotes are straight"),
    ("[a] x = 1", "after the name of a box the line ends"),
    ("größe = 1", 'stands in quotes, "größe" ='),
    ("/reach = 1", 'stands in quotes, "/reach" ='),
    ("x = { größe = 1 }", 'stands in quotes, "größe" ='),
    ("x: 1", 'between a name and its value stands "=", not ":"'),
    ("x = { y: 1 }", 'between a name and its value stands "=", not ":"'),
    ('x = { "y": 1 }', 'between a name and its value stands "=", not ":"'),
    ("x", 'expected a name, "=" and a value'),
    ("x =", "a value is missing here"),
    ("x = [1,, 2]", "a value is missing here"),
    ("x = True", "true and false are written in small letters: true"),
    ("x = [1, FALSE]", "true and false are written in small letters: false"),
    ("x = yes", "true and false are written in small letters: true"),
    ("x = null", "nothing is said by leaving the whole line out"),
    ("x = every", 'a text stands in quotes: "every"'),
    ("x = /dev/video0", 'a text stands in quotes: "/dev/video0"'),
    ("x = 127.0.0.1:9000", 'a text stands in quotes: "127.0.0.1:9000"'),
    ("x = ‘b’", "quotes are straight"),
    ("x = “b", "quotes are straight"),
    ('x = "b”', "quotes are straight"),
    ('x = “b"', "quotes are straight"),
    ("x = b”", "quotes are straight"),
    ("x = 'b’", "quotes are straight"),
    ("x = „b“  # so", "quotes are straight"),
    ("x = «b»", "quotes are straight"),
    ("x = [“a”, “b”]", "quotes are straight"),
    ("x = { y = “b” }", "quotes are straight"),
    ("“/x” = 1", "quotes are straight"),
    ('"/x” = "a"', "quotes are straight"),
    ('“/x" = "a"', "quotes are straight"),
    ('"/x" = "a”', "quotes are straight"),
    ('x = "it’s', "a text begins here with a quote that nothing closes"),
    ("x = 0,5 # “half”", "a number has a point, not a comma: 0.5"),
    ("```toml", "leave the lines with ``` out"),
    ("x = 0,5", "a number has a point, not a comma: 0.5"),
    ("x = .5", "a number has a digit before its point: 0.5"),
    ("x = 5.", "a number has a digit behind its point: 5.0"),
    ("x = 1 000", "a number is written without blanks in it"),
    ("x = 007", "a number does not begin with 0"),
    ("x = 20ms", 'a time stands in quotes: "20 ms"'),
    ("x = 440 Hz", "a number stands without its unit: 440"),
    ("x = 50%", "a number stands without its unit: 50"),
    ("x = (1, 2)", "a list stands in [ ]"),
    ("x = [1 2]", "a comma is missing between two values"),
    ('x = ["a" "b"]', "a comma is missing between two values"),
    ("x = { a = 1 b = 2 }", "a comma is missing between two values"),
    ("x = { a = 1,", "a table in { } stands on one line"),
    ("x = [1,", "a list or table that is open here is never closed"),
    ("x = 1 y = 2", "each key stands on a line of its own"),
    ("x = 1; y = 2", "each key stands on a line of its own"),
    ("// x", "a comment begins with #"),
    ("x = 1 // y", "a comment begins with #"),
    ("x = 'a", "a text begins here with a quote that nothing closes"),
    ('x = "a', "a text begins here with a quote that nothing closes"),
    ("x = 2026-02-30", "there is no such date or time"),
    ("a..b = 1", "a name is missing beside the dot"),
    ("[a.]", "a name is missing beside the dot"),
    ("x = 'it's'", "the text ends before the last quote"),
    ("x\u00a0= 1", "a character that cannot be seen stands here (no-break space)"),
    ("x = 1\0", "a character that cannot be seen stands here (u+0000)"),
    ('x = "a\x01"', "a character that cannot be seen stands here (u+0001)"),
]


@pytest.mark.parametrize(("line", "said"), SLIPS, ids=[line for line, _ in SLIPS])
def test_a_slip_is_met_with_what_to_write(tmp_path: Path, line: str, said: str) -> None:
    (told,) = problems(tmp_path, f'title = "x"\n[first]\n{line}\n\n[last]\ny = 2\n')
    assert told.startswith("my.toml:3: ")
    assert said in told
    assert told.endswith(line.strip())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"C:\new\take.wav", r"here \n: put the text in single quotes, 'C:\new\take.wav'"),
        (r"D:\test", r"here \t: put the text in single quotes, 'D:\test'"),
        (r"C:\back\fade.wav", r"here \b: put the text in single quotes, 'C:\back\fade.wav'"),
        (r"\\nas\takes", r"here \t: put the text in single quotes, '\nas\takes'"),
    ],
)
def test_a_path_that_is_read_as_line_breaks_is_told(
    tmp_path: Path, written: str, shown: str
) -> None:
    (told,) = problems(tmp_path, f'[a]\nuse = "audio_file"\nfile = "{written}"\n')
    assert told.startswith("my.toml:3: [a] file: in quotes a \\ begins a special character, ")
    assert shown in told


def test_paths_of_windows_in_single_quotes_and_other_texts_pass(tmp_path: Path) -> None:
    text = "[a]\nuse = 'audio_file'\nfile = '%s'\n"
    for path in (r"C:\new\take.wav", "C:/new/take.wav", "takes/a.wav"):
        assert problems(tmp_path, text % path) == []


def test_a_dot_in_the_name_of_a_box_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, '[left.hand]\nuse = "joint"\n') == [
        "my.toml:1: [left] hand: a dot in brackets makes a table in a table:"
        " name the box [left_hand]"
    ]


def test_text_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(b'title = "x"\n[a]\nuse = "\xe9"\n')
    with pytest.raises(PatchError, match=r"my\.toml:3: is not UTF-8 text: save it as UTF-8$"):
        load(file)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("[a]\nuse = 'x'\n".encode("utf-16-le").join([b"\xff\xfe", b""]), "is UTF-16 text: save"),
        ("[a]\n".encode("utf-16"), "is UTF-16 text: save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\xff\xfe", "is no text: a patch is a text file"),
        ("[größe]".encode("latin-1"), "is not UTF-8 text: save it as UTF-8"),
        (b"# " + b"x" * 4_000_000, "is larger than 4,000,000 bytes"),
        (b"# " + b"x" * 2_000_000, "a patch has 1000000 characters at most"),
        (b"{\\rtf1\\ansi\n\\f0 [a]}", "is a document with fonts (RTF): save it as plain text"),
        (b"PK\x03\x04\x14\0", "is a document of a word processor, or packed: save it as plain"),
        (b"\xd0\xcf\x11\xe0\xa1", "is a document of a word processor: save it as plain text"),
        (b"%PDF-1.7", "is a PDF: save it as plain text"),
        (b"\n<!DOCTYPE html>\n", "is a web page: save it as plain text"),
        (b"<HTML><body>", "is a web page: save it as plain text"),
        (b"", "has no boxes"),
        (b"\0", "a character that cannot be seen stands here (u+0000): delete it"),
    ],
)
def test_a_file_that_is_no_patch_is_told(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(data)
    with pytest.raises(PatchError) as told:
        compile_patch(load(file), Registry(tmp_path).find)
    assert said in str(told.value)


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
def test_a_rig_that_is_no_file_is_told(tmp_path: Path, kind: str) -> None:
    (tmp_path / "my.toml").write_text('[a]\nuse = "camera"\n')
    rig = tmp_path / "rig.toml"
    make = {"pipe": os.mkfifo, "folder": os.mkdir, "link": lambda path: path.symlink_to("nothing")}
    make[kind](rig)
    said = {"pipe": "is a pipe, not", "folder": "is a folder, not", "link": "is a link that leads"}
    with pytest.raises(PatchError, match=said[kind]):
        load(tmp_path / "my.toml")


def test_a_mark_at_the_beginning_and_line_ends_of_windows_are_borne(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(b'\xef\xbb\xbftitle = "x"\r\n[a]\r\nuse = "camera"\r\n')
    document = load(file)
    assert document.tables == {"title": "x", "a": {"use": "camera"}}
    assert document.place(("a", "use")) == (file, 3)


def test_a_patch_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PatchError, match=r"none\.toml: is not there$"):
        load(tmp_path / "none.toml")


def test_a_rig_is_no_patch(tmp_path: Path) -> None:
    file = tmp_path / "rig.toml"
    file.write_text("")
    with pytest.raises(PatchError, match="is laid over the patches beside it"):
        load(file)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = " + "[" * 3000 + "]" * 3000, "too deep"),
        ("x = " + "[" * 200 + "]" * 200, "too deep"),
        ("x = " + "{a=" * 3000 + "1" + "}" * 3000, "too deep"),
        (".".join("a" * 5000) + " = 1", "too many parts"),
        ("[" + " . ".join(["'a'"] * 40) + "]", "too many parts"),
        ("x = " + "9" * 5000, "cannot be read: a number in it has too many digits"),
        ("# " + "x" * 1_000_000, "1000000 characters at most"),
    ],
)
def test_a_text_made_to_take_long_is_refused(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "bomb.toml"
    file.write_text(text)
    with pytest.raises(PatchError, match=why):
        load(file)
