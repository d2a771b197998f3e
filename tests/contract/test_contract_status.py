"""A status message stays within its size however many devices and open alarms a house has."""

import json
from typing import Any

import pytest

from gateway.contract.limits import OTHER_LIMIT_BYTES, encode_status
from gateway.contract.messages import Status
from gateway.contract.times import to_text
from tests.contract.events import NOON, new_id


def written(**fields: Any) -> dict[str, Any]:
    payload = encode_status(Status(state="online", session=3, at=to_text(NOON), **fields))
    assert len(payload) <= OTHER_LIMIT_BYTES
    decoded: dict[str, Any] = json.loads(payload)
    return decoded


def test_a_small_house_is_told_whole() -> None:
    alarm = new_id()
    status = written(devices={"cord": to_text(NOON), "band": None}, open=[alarm])
    assert status["devices"] == {"cord": "2026-03-01T12:00:00.250Z", "band": None}
    assert (status["open"], status["open_total"], status["devices_total"]) == ([alarm], 1, 2)


def test_a_thousand_devices_leave_the_never_heard_and_the_longest_silent() -> None:
    heard = {f"motion-{number:04}": f"2026-03-01T{number // 60:02}:{number % 60:02}:00.000Z" for number in range(1000)}
    status = written(devices={**heard, "never": None}, open=[new_id()])
    assert list(status["devices"])[:3] == ["never", "motion-0000", "motion-0001"]
    assert len(status["devices"]) > 200
    assert status["devices_total"] == 1001
    assert len(status["open"]) == 1


@pytest.mark.parametrize("devices", [0, 1000])
def test_open_alarms_come_before_devices_and_the_total_tells_the_rest(devices: int) -> None:
    ids = [new_id() for _ in range(1000)]
    status = written(devices={f"d-{n}": None for n in range(devices)}, open=ids)
    assert status["open"] == ids[: len(status["open"])]
    assert len(status["open"]) > 350
    assert status["open_total"] == 1000
    assert status["devices_total"] == devices
