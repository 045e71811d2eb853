"""A pattern means what OSC 1.0 says, and costs no more than it is long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.osc.pattern import (
    LONGEST,
    REMEMBERED,
    STEPS,
    AddressSpace,
    PatternError,
    compile_pattern,
    is_pattern,
)


def free(count):
    """Pay for anything."""


def means(pattern, address):
    return AddressSpace([address]).find(pattern, free) == (address,)


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("/1/fader?", ["/1/fader1", "/1/faderé"], ["/1/fader", "/1/fader12", "/1/fader/"]),
        ("/1/fader*", ["/1/fader", "/1/fader1", "/1/fader123"], ["/1/fade", "/1/fader1/z"]),
        ("/*/fader1", ["/1/fader1", "/page/fader1", "//fader1"], ["/1/2/fader1", "/fader1"]),
        ("/*", ["/a", "/"], ["/a/b", ""]),
        ("/**/x", ["/a/x"], ["/a/b/x"]),
        ("/*a*b", ["/ab", "/xaxxb", "/aab"], ["/a", "/ba", "/abc"]),
        ("/fader[1-3]", ["/fader1", "/fader3"], ["/fader0", "/fader4", "/fader", "/fader[1-3]"]),
        ("/fader[!1-3]", ["/fader4", "/faderx"], ["/fader1", "/fader", "/fader/"]),
        ("/x[abc]", ["/xa", "/xc"], ["/xd", "/xab"]),
        ("/x[a-cx-z_]", ["/xb", "/xy", "/x_"], ["/xd", "/x-"]),
        ("/x[a-]", ["/xa", "/x-"], ["/xb"]),
        ("/x[-a]", ["/xa", "/x-"], ["/xb"]),
        ("/x[a!]", ["/xa", "/x!"], ["/xb"]),
        ("/x[*?]", ["/x*", "/x?"], ["/xa"]),
        ("/{left,right}/pan", ["/left/pan", "/right/pan"], ["/leftright/pan", "/le/pan"]),
        ("/{a,ab}*c", ["/abc", "/ac", "/axc", "/abxc"], ["/bc"]),
        ("/*{a,ab}b", ["/ab", "/abb", "/xab"], ["/a"]),
        ("/{abc,b}?", ["/bx", "/abcx"], ["/abc"]),
        ("/x{,1,2}", ["/x", "/x1"], ["/x3", "/x12"]),
        ("/a b/*", ["/a b/c d"], ["/ab/c"]),
        ("/größ?", ["/größe"], ["/grösse"]),
        ("/#1/x*", ["/#1/x"], ["/1/x"]),
        ("/x,y*", ["/x,y1"], ["/x"]),
        ("/a//b*", ["/a//bc"], ["/a/x/b", "/a/b"]),
    ],
)
def test_what_a_pattern_means(pattern, good, bad):
    assert is_pattern(pattern)
    assert [one for one in good + bad if means(pattern, one)] == good


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("/a[1-3", '"[" is not closed'),
        ("/a{b,c", '"{" is not closed'),
        ("/a]*", '"]" closes nothing'),
        ("/a}*", '"}" closes nothing'),
        ("/a[]", "nothing stands between"),
        ("/a[!]", "nothing stands between"),
        ("/a[3-1]", '"3-1" runs backwards'),
        ("/{a,b/c}", '"/" stands between "{" and "}"'),
        ("/[a/b]", '"/" stands between "[" and "]"'),
        ("/{a,{b,c}}", "texts alone"),
        ("/{a*,b}", "texts alone"),
        ("/" + "*" * LONGEST, "255 characters at most"),
    ],
)
def test_what_is_no_pattern_is_said(pattern, why):
    with pytest.raises(PatternError) as raised:
        AddressSpace(["/a"]).find(pattern, free)
    assert why in str(raised.value)


def test_addresses_are_found_in_their_order():
    space = AddressSpace(["/b/1", "/a/1", "/b/2"])
    assert space.find("/*/1", free) == ("/b/1", "/a/1")
    assert space.find("/nobody/*", free) == ()


PARTS = st.sampled_from(["a", "b", "/", "*", "?", "[a-b]", "[!a]", "{a,ab,}", "{b,ba}", "c"])
WORDS = {"*": "[^/]*", "?": "[^/]", "[!a]": "[^a/]", "{a,ab,}": "(?:ab|a|)", "{b,ba}": "(?:ba|b)"}


@given(st.lists(PARTS, max_size=8), st.text("abc/", max_size=8))
def test_it_means_the_same_as_a_regular_expression(parts, address):
    regular = re.compile("/" + "".join(WORDS.get(part, part) for part in parts))
    expected = regular.fullmatch("/" + address) is not None
    assert means("/" + "".join(parts), "/" + address) == expected


@pytest.mark.parametrize(
    "pattern",
    ["/" + "*a" * 126, "/" + "*?" * 126, "/" + "{a,aa}" * 42, "/" + "*[a-z]" * 42],
)
def test_the_work_is_as_long_as_the_pattern(pattern):
    """However many ways there are to try, which are more than a life is long."""
    assert len(compile_pattern(pattern)) <= len(pattern)
    assert not means(pattern + "b", "/" + "a" * 250)


def test_what_is_found_and_compared_is_paid_before_it_is_done():
    space = AddressSpace([f"/a/{number}" for number in range(128)])
    paid = []
    assert len(space.find("/a/*", paid.append)) == 128
    assert paid == [4 * 128 // STEPS, 127]
    paid.clear()
    assert len(space.find("/a/*", paid.append)) == 128
    assert paid == [127]  # it is remembered what it means


def test_who_cannot_pay_has_nothing_compared():
    def poor(count):
        raise RuntimeError

    space = AddressSpace(["/a"])
    with pytest.raises(RuntimeError):
        space.find("/*", poor)
    assert space._texts is None


def test_as_many_patterns_are_remembered_as_there_is_room_for():
    space = AddressSpace(["/a"])
    for number in range(2 * REMEMBERED):
        space.find(f"/{number}*", free)
    assert len(space._found) == REMEMBERED
