"""How much each may say: never more than its due, and whoever is calm loses nothing."""

from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.net.rate_limit import RateLimiter


def test_a_burst_passes_and_then_so_many_a_second():
    rates = RateLimiter(rate=10, burst=20)
    assert [rates.take("a", Ns(0)) for _ in range(25)].count(True) == 20
    assert [rates.take("a", Ns(SECOND)) for _ in range(25)].count(True) == 10
    assert [rates.take("a", Ns(100 * SECOND)) for _ in range(25)].count(True) == 20


def test_one_who_floods_takes_nothing_from_another():
    rates = RateLimiter(rate=10, burst=20)
    while rates.take("loud", Ns(0)):
        pass
    assert rates.take("calm", Ns(0), 20)


def test_more_than_is_left_takes_nothing():
    rates = RateLimiter(rate=10, burst=20)
    assert not rates.take("a", Ns(0), 21)
    assert rates.take("a", Ns(0), 20)


def test_a_new_name_for_each_packet_gains_nothing():
    rates = RateLimiter(rate=10, burst=20, most=8)
    heard = [rates.take(f"sender {number}", Ns(0)) for number in range(10_000)].count(True)
    assert heard == 8 + 20
    assert rates.senders <= 9
    assert rates.take("late", Ns(SECOND))


def test_where_names_cannot_be_forged_nobody_uses_up_what_is_anothers():
    rates = RateLimiter(rate=10, burst=20, most=8, forgets=True)
    for number in range(10_000):
        rates.take(f"sender {number}", Ns(0), 20)
    assert rates.senders == 8
    assert rates.take("calm", Ns(0), 20)
    # Who is heard again is not the one silent for longest.
    for number in range(7):
        assert not rates.take("calm", Ns(0))
        assert rates.take(f"another {number}", Ns(0))
    assert not rates.take("calm", Ns(0))


steps = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, SECOND // 4)), max_size=200)


@given(steps)
def test_nobody_gets_more_than_a_burst_and_what_the_time_gives(steps):
    rates, now, taken = RateLimiter(rate=8, burst=4, most=3), 0, dict.fromkeys("abcdefgh", 0)
    for who, later in steps:
        now += later
        taken[who] += rates.take(who, Ns(now))
        assert taken[who] <= 2 * (4 + 8 * now / SECOND) + 1  # its own bucket, and the shared one
        assert rates.senders <= 4
