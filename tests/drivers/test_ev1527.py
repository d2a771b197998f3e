import pytest

from drivers import ev1527
from drivers.event import AlarmType, Kind, Reject, Signal, State
from tests.drivers.vectors import cord, enrolled, nobody


def one(decoded: object) -> Signal:
    assert isinstance(decoded, tuple)
    (signal,) = decoded
    assert isinstance(signal, Signal)
    return signal


def test_a_pulled_cord_is_an_active_sos_that_carries_its_nibble() -> None:
    signal = one(ev1527.decode_code("9EAD9F", enrolled(cord()), raw=b"frame"))
    assert (signal.kind, signal.type, signal.state) == (Kind.ALARM, AlarmType.SOS, State.ACTIVE)
    assert (signal.address, signal.code, signal.raw) == ("9EAD9", "F", b"frame")


def test_the_nibble_means_what_the_device_says_and_nothing_else() -> None:
    lookup = enrolled(cord("11111", F="low_battery"), cord("22222", F="sos"))
    low = one(ev1527.decode_code("11111F", lookup))
    assert (low.kind, low.battery_low) == (Kind.LOW_BATTERY, True)
    assert one(ev1527.decode_code("22222f", lookup)).kind is Kind.ALARM


def test_an_unmapped_nibble_of_an_enrolled_device_is_refused_by_name() -> None:
    decoded = ev1527.decode_code("9EAD97", enrolled(cord()))
    assert isinstance(decoded, Reject)
    assert (decoded.driver, decoded.reason) == ("ev1527", "unmapped_code")


def test_a_stranger_is_an_enrolment_offer_whatever_its_nibble() -> None:
    signal = one(ev1527.decode_code("9EAD9F", nobody))
    assert (signal.kind, signal.address, signal.code) == (Kind.ENROLMENT, "9EAD9", "F")


def test_code_zero_is_not_a_device() -> None:
    for lookup in (nobody, enrolled(cord("00000", **{"0": "sos"}))):
        assert ev1527.decode_code("000000", lookup) == Reject(driver="ev1527", reason="no_code")


def test_a_code_that_a_broker_kept_is_marked() -> None:
    assert one(ev1527.decode_code("9EAD9F", enrolled(cord()), retained=True)).retained
    assert one(ev1527.decode_code("9EAD9F", nobody, retained=True)).retained


def test_the_end_of_an_alarm_is_a_sign_of_life_that_ends_it() -> None:
    signal = one(ev1527.decode_code("9EAD91", enrolled(cord(**{"1": "smoke_clear"}))))
    assert (signal.kind, signal.type, signal.not_active) == (Kind.SUPERVISION, None, ("smoke",))


@pytest.mark.parametrize("word", sorted(ev1527.WORDS))
def test_every_word_of_a_code_map_has_a_signal(word: str) -> None:
    signal = ev1527.signal_of(word, address="9EAD9", nibble="F")
    assert (signal.state is State.ACTIVE) == (signal.kind is Kind.ALARM)
    assert signal.kind is not Kind.ALARM or signal.type == word


@pytest.mark.parametrize("typed", ["9ead9", " 9EAD9 ", "0x9EAD9"])
def test_an_address_is_taken_as_people_type_it(typed: str) -> None:
    assert ev1527.normalise_address(typed) == "9EAD9"


@pytest.mark.parametrize("typed", ["", "9EAD", "9EAD9F", "cord", "9EAD９"])
def test_a_wrong_address_is_answered_with_the_remedy(typed: str) -> None:
    with pytest.raises(ValueError, match="five hexadecimal digits"):
        ev1527.normalise_address(typed)


def test_a_wrong_nibble_is_answered_with_the_remedy() -> None:
    assert ev1527.normalise_code("f") == "F"
    with pytest.raises(ValueError, match="one hexadecimal digit"):
        ev1527.normalise_code("10")
