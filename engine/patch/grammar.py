"""Descriptions of the patch keys that all boxes share, for the schema and the reference."""

from __future__ import annotations

PATCH = (
    ("title", "what the patch is called"),
    ("about", "whatever else is to be said of it"),
    (
        "privacy",
        "`privacy = true`: no picture of people leaves, to the page or to a disk, and nobody can "
        "end that while it plays; in `rig.toml` it holds for every patch of the room",
    ),
    (
        "deadline",
        'how late what leaves may be: `deadline = "40 ms"`. When it is later for two seconds, what '
        "works on pictures gives way step by step, and comes back when there is time again; "
        "sound never gives way",
    ),
    (
        "give_way",
        'what gives way, in this order: `give_way = ["painting.every", "painting.size", "pose"]`. '
        "`every` answers every 2nd, 3rd, then 4th picture; `size` and others are lowered; a box "
        "alone is all that it has. If not said: all that works on pictures, first how often, then "
        "how large, then with which network, and of each the slowest box first",
    ),
)
"""Keys allowed before the first box."""

MACHINES = (
    ("at", 'where it is reached, `at = "192.168.1.20"`; not said, or "auto": it is found by name'),
    ("fallback", '`fallback = "here"`: while it is away, its boxes play at home'),
    (
        "pictures",
        'how pictures go there and come from there: "jpeg", "raw" (ten times as much, and nothing '
        'is lost) or "none"',
    ),
)
"""Keys of one machine in the table ``[machines]``; an address alone stands for ``at``."""

BOX = (
    ("use", 'which kind of box it is: `use = "pose"`'),
    (
        "from",
        'what comes into it: the name of another box, `from = "camera"`, or one of its outputs, '
        '`from = "pose.count"`. A box with several inputs takes the others under their own names: '
        '`loudness = { from = "level" }`. Into a `merge` several: `from = ["kick", "clap"]`',
    ),
    (
        "then",
        'what its result goes through before anybody gets it: `then = ["smooth"]`, '
        'or `then = [{ use = "smooth", smooth = 0.7 }]`',
    ),
    (
        "empty",
        "what becomes of its number when nobody is there: "
        '`empty = { to = 0, after = "2 s", fade = "1 s" }`',
    ),
    (
        "on_loss",
        "what becomes of what it says when the camera, or whatever feeds it, is lost: "
        '`on_loss = "hold"` keeps the last value, `on_loss = "rest"` brings a number to 0 or to '
        'where `empty` brings it, `on_loss = { to = 0.5, fade = "1 s" }` to where you say; '
        '`on_loss = "mute"` sends nothing more until it is back, as if nothing were said. Notes '
        "always end",
    ),
    (
        "on_beat",
        "what it says waits for the next line of the grid of beats, that of the box `tempo`: "
        '`on_beat = "bar"`, `"1/2"`, `"beat"`, `"1/8"`, `"1/8t"` (triplets) or `"1/16"`; with '
        'several grids `on_beat = "house.bar"`. While the grid stands nothing waits',
    ),
    ("on", "`on = false` switches it off, and so can a cable; a box that is off passes nothing"),
    (
        "label",
        'what it is called wherever it is shown: `label = "Left hand"`; its name stays what cables '
        "and addresses go by",
    ),
    (
        "keep",
        "`keep = true`: what a hand changed on it, and on the links of its chain, goes along to "
        "the other patches of a set that have the box",
    ),
    (
        "machine",
        'on which machine it plays, with its chain: `machine = "left"`, where "sensorium join '
        'left" waits; not said, or "home": on the one that plays the patch',
    ),
    ("send", "only of an output: what goes where, one line an address or port"),
    ("every", 'only of an output: as `every` on each of its cables, `every = "40 ms"`'),
)
"""Keys allowed in the table of any box."""

CABLE = (
    ("from", 'where it begins: `"/reach" = { from = "reach" }`, or shorter `"/reach" = "reach"`'),
    (
        "when",
        "instead of `from`: a trigger whenever something begins or changes: "
        '`"/go" = { when = "up.opened" }`. Where no trigger is taken, it is on as long as that '
        'holds: `hold = { when = "desk.cc64", above = 0.5 }`',
    ),
    ("in", "the range of the numbers that come, 0 to 1 if not said: `in = [0.1, 0.9]`"),
    (
        "to",
        "the range that they are brought to: `to = [20, 20000]`; `to = [1, 0]` turns them round",
    ),
    (
        "curve",
        'how the way there is bent: "linear", "exp" (for frequencies), "log", "smooth", '
        '"square" or "root"',
    ),
    (
        "choose",
        'a list to pick from, 0 the first: `to = [0, 3], choose = ["calm", "warm", "wild"]`',
    ),
    ("above", "a switch: on above this number, off again a tenth below it: `above = 0.8`"),
    (
        "at_most",
        'what comes sooner is left out: `at_most = "2 s"` fires a cue once in two seconds at most',
    ),
    (
        "every",
        'so often at most, and the last one always arrives: `every = "20 ms"` for a fader',
    ),
    (
        "on_loss",
        "what becomes of it when what feeds the box is lost, as `on_loss` of the box itself: "
        '`"/reach" = { from = "reach", on_loss = "rest" }`; a rest is said before `in` and `to`',
    ),
    (
        "on_beat",
        "it waits for the next line of the grid, as `on_beat` of a box: "
        '`"/scene" = { from = "scene", on_beat = "bar" }`',
    ),
    (
        "label",
        "what it is called wherever what leaves is shown: "
        '`"/ch/1/level" = { from = "reach", label = "Red lamp" }`',
    ),
    (
        "args",
        'to OSC, the arguments: `args = [0, 1, "{value}"]`, where "{value}" is the number; '
        "`args = []` sends the address alone. Several numbers go as one message where boxes stand "
        'in the braces: `"/pan" = { args = ["{x}", "{y}"] }`, or outputs of the box after `from`: '
        '`"/color" = { from = "c", args = ["{red}", "{green}", "{blue}"] }`; `to` and `in` '
        "hold for each of them, and one that differs is a table of its own. It leaves whenever one "
        "of them is new, and what belongs to one moment leaves at once; with `when`, or with "
        '"{value}" among them, whenever that comes',
    ),
    ("off", "to OSC, the arguments that let go of a trigger 50 ms later: `off = [0]`"),
)
"""Keys allowed in any cable; "args" and "off" only in a cable into OSC."""

NOTES = (
    'Times are written with their unit: `"20 ms"`, `"2 s"`, `"5 min"`.',
    "Every parameter that may change while playing takes a cable, "
    '`smooth = { from = "fader", to = [0, 1] }`, and has an OSC address on port 9700, '
    "`/reach/smooth/smooth 0.7`.",
    "A Python file in a folder `nodes` beside the patch is a box of your own.",
)
"""Notes that apply to every box."""
