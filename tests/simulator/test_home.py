"""What a home's devices say in a scenario, read back by the gateway's own drivers."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from drivers import sonoff_rf_bridge, wearable, wearable_event, zigbee2mqtt
from drivers.device import Device
from drivers.event import Kind, Reject, Signal
from simulator.deeds import FAULTS
from simulator.gateway_file import Place, gateway_file
from simulator.home import Home
from simulator.life import Sign
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario
from simulator.world import Act, Change, Radio
from simulator.zigbee import Publication

Heard = list[tuple[float, str, str | None, str | None]]
"""(at, kind, type, device's address)."""


def scenario(tmp_path: Path, *steps: str, **head: Any) -> Scenario:
    file = tmp_path / "scenario.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in {"name": "n", "seed": 5, **head}.items()]
    blocks = ["[[step]]\n" + "\n".join(part.strip() for part in step.split(";")) for step in steps]
    file.write_text("\n".join([*lines, *blocks, '[[expect]]\nkind = "alarm"\n']))
    return load_scenario(file)


def acts(told: Scenario, *, samples: bool = False, signs: Iterable[Sign] = ()) -> list[Act]:
    return list(Home(told, signs, samples=samples).acts())


def heard(told: Scenario, played: list[Act], *, rejects: Counter[str] | None = None) -> Heard:
    """What the drivers make of it: one signal for each transmission, as before any folding."""
    devices = {
        (device.driver, device.address): Device(
            id=device.id, driver=device.driver, address=device.address, model=device.model, room=device.room,
            code_map=device.code_map,
        )
        for device in told.plan.devices
    }  # fmt: skip
    found: Heard = []
    splitters = {receiver.name: sonoff_rf_bridge.new_splitter() for receiver in told.plan.receivers}
    for act in played:
        for decoded in _decoded(act.what, splitters, lambda driver, address: devices.get((driver, address))):
            if isinstance(decoded, Reject):
                if rejects is not None:
                    rejects[decoded.reason] += 1
                continue
            found.append((act.at, decoded.kind.value, decoded.type, decoded.address))
    return found


def _decoded(what: Any, splitters: Any, lookup: Any) -> list[Signal | Reject]:
    if isinstance(what, Radio):
        frames = splitters[what.receiver].feed(what.data)
        said = [one if isinstance(one, Reject) else sonoff_rf_bridge.decode(one, lookup) for one in frames]
    elif isinstance(what, Publication) and what.topic.startswith("wearable/"):
        decode = wearable.decode if what.topic.endswith("/accel") else wearable_event.decode
        said = [decode(what.topic, what.payload, what.retain, lookup)]
    elif isinstance(what, Publication):
        said = [zigbee2mqtt.decode(what.topic, what.payload, what.retain, lookup)]
    else:
        said = []
    return [signal for one in said for signal in ([one] if isinstance(one, Reject) else one)]


def of(found: Heard, address: str, kind: Kind | None = None) -> Heard:
    return [one for one in found if one[3] == address and kind in (None, Kind(one[1]))]


def test_a_pull_comes_out_of_the_receiver_as_repeats(tmp_path: Path) -> None:
    told = scenario(tmp_path, 'at = "00:00:10"; do = "press"; device = "cord-bath"; repeats = 40')
    found = of(heard(told, acts(told)), "9EAD9")
    assert {(kind, type_) for _, kind, type_, _ in found} == {("alarm", "sos")}
    assert 20 < len(found) < 40, "some are lost in the air"
    assert 10 < found[0][0] < found[-1][0] < 10 + 40 * 0.06


def test_two_receivers_lose_different_repeats(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "simulator/plans/one-bedroom.toml").read_text()
    (tmp_path / "two.toml").write_text(text + '[[receiver]]\nname = "rf2"\nframes = "b1"\n')
    told = scenario(tmp_path, 'at = "00:00:10"; do = "press"; device = "cord-bath"', plan="two.toml")
    played = acts(told)
    times = {
        receiver: [act.at for act in played if isinstance(act.what, Radio) and act.what.receiver == receiver]
        for receiver in ("rf", "rf2")
    }
    assert times["rf"]
    assert times["rf2"]
    assert times["rf"] != times["rf2"]
    place = Place(folder=tmp_path, district_port=1, local_port=2, http_port=0)
    assert gateway_file(told.plan, place).count("[[serial]]") == 2


def test_two_cords_at_once_collide_and_both_come_through(tmp_path: Path) -> None:
    at_once = [f'at = "00:00:10"; do = "press"; device = "{cord}"; repeats = 20' for cord in ("cord-bath", "cord-bed")]
    told, alone = scenario(tmp_path, *at_once), scenario(tmp_path, at_once[0])
    found = heard(told, acts(told))
    assert 1 <= len(of(found, "9EAD9")) + len(of(found, "4C21E")) < 2 * len(of(heard(alone, acts(alone)), "9EAD9"))
    assert of(found, "9EAD9")
    assert of(found, "4C21E")


def test_the_same_seed_gives_the_same_acts_and_another_one_others(tmp_path: Path) -> None:
    steps = ('at = "00:10:00"; do = "press"; device = "cord-bath"', 'at = "03:00:00"; do = "wait"')
    told = scenario(tmp_path, *steps)
    assert acts(told) == acts(told)
    assert acts(told) != acts(scenario(tmp_path, *steps, seed=6))


@pytest.mark.parametrize(
    ("do", "device", "kind", "type_"),
    [
        ("press", "button-bed", "alarm", "sos"),
        ("smoke_on", "smoke-kitchen", "alarm", "smoke"),
        ("co_on", "co-kitchen", "alarm", "co"),
        ("test", "smoke-kitchen", "test", "smoke"),
        ("tamper", "cord-bath", "tamper", None),
        ("tamper", "smoke-kitchen", "tamper", None),
        ("low_battery", "cord-bath", "low_battery", None),
        ("motion", "motion-bath", "activity", "motion"),
        ("open", "door", "activity", "contact_open"),
        ("fall", "band", "alarm", "fall"),
    ],
)
def test_what_a_deed_means_to_the_driver(tmp_path: Path, do: str, device: str, kind: str, type_: str | None) -> None:
    told = scenario(tmp_path, f'at = "00:00:10"; do = "{do}"; device = "{device}"')
    doer = told.plan.device(device)
    assert doer is not None
    found = [one for one in of(heard(told, acts(told)), doer.address) if 10 <= one[0] < 16]
    assert (kind, type_) in {(kind, type_) for _, kind, type_, _ in found}


def test_what_ends_is_told_with_the_next_message(tmp_path: Path) -> None:
    told = scenario(
        tmp_path,
        'at = "00:00:10"; do = "smoke_on"; device = "smoke-kitchen"',
        'at = "00:02:00"; do = "smoke_off"; device = "smoke-kitchen"',
        'at = "00:03:00"; do = "motion"; device = "motion-bath"',
        'at = "00:04:00"; do = "motion"; device = "motion-bath"',
        'at = "00:08:00"; do = "wait"',
    )
    states = {
        act.at: json.loads(act.what.payload)
        for act in acts(told)
        if isinstance(act.what, Publication) and act.what.topic.startswith("zigbee2mqtt/")
    }
    assert (states[10.0]["smoke"], states[120.0]["smoke"]) == (True, False)
    occupancy = {at: state["occupancy"] for at, state in states.items() if 180 <= at < 400 and "occupancy" in state}
    assert {at: seen for at, seen in occupancy.items() if at in (180.0, 240.0, 330.0)} == {180.0: True, 330.0: False}


def test_sensors_check_in_hourly_and_a_band_every_five_minutes_until_they_are_removed(tmp_path: Path) -> None:
    told = scenario(
        tmp_path,
        'at = "06:00:00"; do = "remove"; device = "smoke-kitchen"',
        'at = "12:00:00"; do = "put_back"; device = "smoke-kitchen"',
        'at = "18:00:00"; do = "wait"',
    )
    found = heard(told, acts(told))
    smoke = [at for at, *_ in of(found, "smoke-1")]
    assert 5 <= len([at for at in smoke if at < 6 * 3600]) <= 8
    assert not [at for at in smoke if 6 * 3600 < at < 12 * 3600]
    assert 5 <= len([at for at in smoke if at >= 12 * 3600]) <= 9
    assert len(of(found, "band-1")) == 18 * 12 + 1


def test_a_band_in_real_time_streams_the_fall_itself(tmp_path: Path) -> None:
    told = scenario(tmp_path, 'at = "00:00:10"; do = "fall"; kind = "backward"')
    blocks = []
    for act in acts(told, samples=True):
        if isinstance(act.what, Publication) and act.what.topic == "wearable/band-1/accel":
            block = wearable.parse_block(act.what.payload)
            assert isinstance(block, wearable.SampleBlock)
            blocks.append((act.at, block))
        assert not (isinstance(act.what, Publication) and act.what.topic.endswith("/event"))
    assert [block.sequence for _, block in blocks] == list(range(1, len(blocks) + 1))
    assert {len(block.samples) for _, block in blocks} == {25}
    peaks = {
        at: max(sum(part * part for part in sample) ** 0.5 for sample in block.samples) * block.g_per_count
        for at, block in blocks
    }
    assert max(peaks, key=lambda at: peaks[at]) == pytest.approx(11.0, abs=0.6)
    assert max(peaks.values()) > 2.8
    assert all(peak < 1.2 for at, peak in peaks.items() if at > 13), "then the wearer lies still"


@pytest.mark.parametrize("device", ["cord-bath", "button-bed", "smoke-kitchen", "band"])
@pytest.mark.parametrize("how", sorted(FAULTS))
def test_a_device_is_broken_on_order_and_whole_again_afterwards(tmp_path: Path, device: str, how: str) -> None:
    told = scenario(
        tmp_path,
        f'at = "00:01:00"; do = "misbehave"; device = "{device}"; how = "{how}"; seconds = 60',
        'at = "00:06:00"; do = "wait"',
    )
    doer = told.plan.device(device)
    assert doer is not None
    rejects: Counter[str] = Counter()
    played = acts(told)
    found = of(heard(told, played, rejects=rejects), doer.address)
    alarms = [at for at, kind, *_ in found if kind == "alarm"]
    during = [at for at, *_ in found if 60 <= at < 120]
    if how == "unplugged":
        assert not during
    elif how in ("half_frame", "wrong_checksum"):
        assert not alarms
        assert rejects or device == "cord-bath", "a radio's noise is found between frames only"
    elif how == "stuck":
        assert bool(alarms) is (device == "cord-bath")
        assert len(during) >= 59
    else:
        assert len(alarms) >= 6
    assert not [at for at in alarms if at > 126]


def test_jamming_is_many_foreign_frames(tmp_path: Path) -> None:
    told = scenario(tmp_path, 'at = "00:00:10"; do = "jam"; seconds = 8; per_second = 30')
    foreign = [one for one in heard(told, acts(told)) if one[1] == "enrolment"]
    assert 230 <= len(foreign) <= 241
    assert all(10 <= at < 18.1 for at, *_ in foreign)


def test_a_power_cut_has_an_end_and_other_changes_are_handed_on(tmp_path: Path) -> None:
    told = scenario(
        tmp_path,
        'at = "00:00:10"; do = "power_cut"; seconds = 20',
        'at = "00:00:15"; do = "broker_down"',
    )
    changes = [(act.at, act.what.do) for act in acts(told) if isinstance(act.what, Change)]
    assert changes == [(10.0, "power_off"), (15.0, "broker_down"), (30.0, "power_on")]


def test_a_stale_message_is_retained_with_all_that_it_says(tmp_path: Path) -> None:
    told = scenario(tmp_path, 'at = "00:00:10"; do = "retained"; device = "button-bed"')
    (kept,) = [act.what for act in acts(told) if isinstance(act.what, Publication) and act.what.retain]
    assert json.loads(kept.payload)["action"] == "emergency"
    assert json.loads(kept.payload)["battery"] == 4


def test_signs_of_life_end_where_somebody_collapses_or_goes_out(tmp_path: Path) -> None:
    told = scenario(
        tmp_path,
        'at = "01:00:00"; do = "collapse"',
        'at = "02:00:00"; do = "get_up"',
        'at = "03:00:00"; do = "leave"',
        'at = "04:00:00"; do = "return"',
        'at = "05:00:00"; do = "wait"',
    )
    signs = [Sign(at=600.0 * number, device="motion-bedroom", kind="activity", type="motion") for number in range(30)]
    found = heard(told, acts(told, signs=signs))
    moved = [int(at // 3600) for at, kind, type_, _ in of(found, "motion-bedroom") if type_ == "motion"]
    assert sorted(set(moved)) == [0, 2, 4]
    door = [(at, type_) for at, kind, type_, _ in of(found, "door-1", Kind.ACTIVITY)]
    assert (10_800.0, "contact_open") in door
    assert (14_408.0, "contact_closed") in door
