"""The vocabulary's own promises: nobody changes what was said, and no log tells where somebody is."""

from datetime import UTC, datetime

import pytest

from drivers.event import AlarmType, Event, Kind, Location, Signal

WHERE = Location(latitude=38.4342, longitude=100.8131)
SAID = Signal(driver="gps_watch", address="1", kind=Kind.ALARM, type=AlarmType.SOS, location=WHERE)
MADE = Event(id="1", kind=Kind.ALARM, received_at=datetime(2026, 3, 1, tzinfo=UTC), location=WHERE)


@pytest.mark.parametrize("made", [SAID, MADE], ids=["signal", "event"])
def test_what_is_printed_tells_all_but_the_place(made: Signal | Event) -> None:
    for printed in (repr(made), str(made), f"{made}"):
        assert "alarm" in printed
        assert "38.4" not in printed
        assert "100.8" not in printed


def test_nobody_changes_what_was_said() -> None:
    with pytest.raises(AttributeError):
        SAID.code = "9"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        MADE.evidence = {}  # type: ignore[misc]
    assert MADE.evidence is not Event(id="2", kind=Kind.TEST, received_at=MADE.received_at).evidence
