import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ParameterError
from engine.osc.address import check, check_heard, of_port, slotted, spell


def test_a_second_cable_has_the_same_address():
    assert of_port("/x#2") == "/x"
    assert of_port("/x") == "/x"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("filter", 'begins with "/", got "filter"'),
        ("", 'begins with "/"'),
        ("/a\x1bb", "may not hold a character that cannot be seen"),
        ("/a\0b", "may not hold a character that cannot be seen"),
        ("/a#b", "may not hold #"),
        ("/a*", r"may not hold \*"),
        ("/p{slto}/x", r'nothing fills \{slto\}.* Did you mean "slot"\?'),
        ("/p{", "brace"),
        ("/p{}", r"nothing fills \{\}"),
    ],
)
def test_what_cannot_be_an_address_is_said(address, why):
    with pytest.raises(ParameterError, match=why):
        check(address, ("slot",))


@pytest.mark.parametrize("address", ["/millumin/layer:My Layer/opacity", "/größe", "/a:b(c)'d\""])
def test_addresses_as_programs_have_them(address):
    assert check(address, ()) == frozenset()
    check_heard(address)


@pytest.mark.parametrize("address", ["/a#1", "/layer[1]", "/{slot}", "/{", "/a,b", "/"])
def test_what_is_compared_as_it_is_may_be_listened_for(address):
    check_heard(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("fader", 'begins with "/", got "fader"'),
        ("", 'begins with "/"'),
        ("/1/fader*", "name one address, without *"),
        ("/1/fader?", "name one address, without ?"),
        ("/a\0b", "may not hold a zero"),
    ],
)
def test_what_nobody_can_listen_for_is_said(address, why):
    with pytest.raises(ParameterError) as raised:
        check_heard(address)
    assert why in str(raised.value)


def test_a_person_goes_where_the_slot_stands():
    assert slotted("/p{slot}/body/") == "/p{slot}/body"
    assert slotted("/pose") == "/pose/{slot}"


@pytest.mark.parametrize(
    ("value", "word"), [(3.0, "3"), (3, "3"), (1234567.0, "1234567"), (0.25, "0.25"), (True, "1")]
)
def test_numbers_in_addresses(value, word):
    assert spell(value) == word


@given(st.text())
def test_any_text_is_an_address_or_refused(text):
    try:
        holes = check(text, ("slot",))
    except ParameterError:
        return
    assert text.startswith("/")
    assert holes <= {"slot"}
