"""RPN and NRPN: choosing, data entry, steps, and none."""

import pytest

from engine.midi.parameter_numbers import ParameterNumbers

NRPN = [(99, 1), (98, 2)]
RPN = [(101, 0), (100, 0)]


def heard(*controls, channel=1):
    """Take (controller, value) each, 1 s apart; return what is set, with what settles."""
    numbers, found = ParameterNumbers(), []
    for count, control in enumerate(controls):
        found += list(numbers.settle(count * 10**9))
        found.append(numbers.control(channel, *control, count * 10**9))
    found += list(numbers.settle(len(controls) * 10**9))
    return [(kind, number, value) for (_, kind, number), value in filter(None, found)]


@pytest.mark.parametrize(
    ("controls", "told"),
    [
        ([*NRPN, (6, 64)], [("nrpn", 130, 64 << 7)]),
        ([*NRPN, (6, 64), (38, 3)], [("nrpn", 130, 64 << 7), ("nrpn", 130, 64 << 7 | 3)]),
        ([*reversed(NRPN), (6, 127)], [("nrpn", 130, 127 << 7)]),
        ([*RPN, (6, 2)], [("rpn", 0, 2 << 7)]),
        ([*RPN, (6, 2), (101, 127), (100, 127), (6, 9)], [("rpn", 0, 2 << 7)]),
        ([*NRPN, (6, 2), (99, 127), (98, 127), (38, 9), (96, 0)], [("nrpn", 130, 2 << 7)]),
        ([*NRPN, *RPN, (6, 1)], [("rpn", 0, 1 << 7)]),
        ([*RPN, *NRPN, (6, 1)], [("nrpn", 130, 1 << 7)]),
        ([*NRPN, (98, 3), (6, 1)], [("nrpn", 131, 1 << 7)]),
        ([(6, 1), (38, 1), (96, 0)], []),
        ([(98, 2), (6, 1)], []),
        ([*NRPN, (6, 1), (96, 0), (96, 0)], [("nrpn", 130, 128 + n) for n in range(3)]),
        ([*NRPN, (97, 0), (96, 0)], [("nrpn", 130, 0), ("nrpn", 130, 1)]),
        ([*NRPN, (6, 127), (38, 127), (96, 0)][1:], []),
    ],
)
def test_parameters_are_chosen_and_set(controls, told):
    assert heard(*controls) == told


def test_a_step_goes_no_further_than_the_end():
    steps = [*NRPN, (6, 127), (38, 127), *[(96, 0)] * 3]
    assert heard(*steps)[-3:] == [("nrpn", 130, 16383)] * 3


def test_channels_choose_each_for_itself():
    numbers = ParameterNumbers()
    for channel, fine in ((1, 5), (2, 6)):
        for control in ((99, 0), (98, fine)):
            assert numbers.control(channel, *control, 0) is None
    assert numbers.control(1, 6, 1, 0) == ((1, "nrpn", 5), 128)
    assert numbers.control(2, 6, 1, 0) == ((2, "nrpn", 6), 128)
    numbers.forget(1)
    assert numbers.control(1, 6, 1, 0) is None
    assert numbers.control(2, 96, 1, 0) == ((2, "nrpn", 6), 129)
