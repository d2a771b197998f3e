"""`anju walk-test`: every enrolled device, when it was heard and last proven, and with `--follow` each ticked off.

It only reads the store, beside a running gateway. A press in a walk test stays a real alarm all the way to the desk:
an alarm never becomes a test, and somebody who falls while the installer is in the house must not be silenced. The
operator closes it with the result `test`.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

from drivers.device import Device
from drivers.event import Kind
from drivers.registry import DRIVERS
from gateway.config import Config
from gateway.contract.times import from_text, to_text
from gateway.hand_tests import Standing, standings, supervised_ones
from gateway.intake.device_book import PROOFS
from gateway.store.database import open_for_reading, reading
from gateway.store.devices import DeviceState, states
from gateway.store.reading import Filter, events
from gateway.walk_test_words import WORDS

FOLLOW_LONGEST = timedelta(hours=1)
POLL_SECONDS = 0.5
_UNWRITTEN = timedelta(minutes=2)
"""The gateway keeps the states of its devices every half minute; what is newer is read from the events."""
_PROOFS = frozenset(kind.value for kind in PROOFS)


def look(config: Config, now: datetime) -> list[Standing]:
    """Where every enrolled device stands. Raises StoreError where the gateway has never run."""
    with closing(open_for_reading(config.store_path)) as connection, reading(config.store_path):
        known = states(connection)
        for event in events(connection, Filter(since=now - _UNWRITTEN)):
            if event["device"] is not None and event["kind"] != Kind.SUPERVISION_LOST:
                known[event["device"]] = _with(known.get(event["device"], DeviceState()), event)
    return standings(config.devices, supervised_ones(config.devices, DRIVERS), known, now)


def needs_work(found: list[Standing]) -> bool:
    """Whether a device is due for its test by hand or has never been heard."""
    return any(one.is_due or one.state.heard_at is None for one in found)


def as_json(found: list[Standing]) -> str:
    """The list for a script."""
    return json.dumps([_row(one) for one in found], ensure_ascii=False)


def table(found: list[Standing], language: str, now: datetime) -> str:
    """The list for a person with a telephone in the hand: short lines, what is due first."""
    words = WORDS[language]
    due, unheard = sum(one.is_due for one in found), sum(one.state.heard_at is None for one in found)
    lines = [words["heading"].format(due=due, unheard=unheard, all=len(found))]
    for one in sorted(found, key=lambda one: not (one.is_due or one.state.heard_at is None)):
        mark = "!" if one.is_due or one.state.heard_at is None else " "
        state = one.state
        battery = words["unknown"] if state.battery_percent is None else f"{state.battery_percent:.0f} %"
        lines += [
            f"{mark} {one.device.room or words['no_room']} · {one.device.id}",
            f"    {words['supervised' if one.supervised else 'unsupervised']}",
            f"    {words['battery']} {words['low'] if state.battery_low else battery}",
            f"    {words['heard']} {_ago(state.heard_at, now, words)}",
            f"    {words['proven']} {_ago(state.proven_at, now, words)}" + (f" · {words['due']}" if one.is_due else ""),
        ]
    return "\n".join(lines)


@dataclass(slots=True)
class _Tick:
    """A device's newest event since the walk test began; `received` once the centre has it or nothing is to be had."""

    at: str
    received: bool


def follow(config: Config, out: TextIO, sleep: Callable[[float], object] = time.sleep) -> bool:
    """Tick off each device as it is heard, until all are, an hour is over or the installer stops it.

    True where every device was heard and the centre has every alarm among it. Raises StoreError.
    """
    words, began = WORDS[config.notice.language], datetime.now(UTC)
    ticks: dict[str, _Tick] = {}
    try:
        _say(out, [words["follow"], *(f"□ {_name(device, words)}" for device in config.devices)])
        while not _is_complete(config, ticks) and datetime.now(UTC) - began < FOLLOW_LONGEST:
            _say(out, _news(config, began, ticks, words))
            sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        out.write("\n")
    missing = [device for device in config.devices if device.id not in ticks]
    _say(out, [words["missing"].format(count=len(missing)), *(f"□ {_name(device, words)}" for device in missing)])
    return _is_complete(config, ticks)


def _news(config: Config, began: datetime, ticks: dict[str, _Tick], words: dict[str, str]) -> Iterator[str]:
    enrolled = {device.id: device for device in config.devices}
    with closing(open_for_reading(config.store_path)) as connection, reading(config.store_path):
        heard = list(events(connection, Filter(since=began)))
    for event in heard:
        device = enrolled.get(event["device"])
        if device is None or not _proves(device, event["kind"]):
            continue
        answered = event["priority"] != "telemetry"
        received = not answered or event["answers"]["received"] is not None
        tick = ticks.get(device.id)
        if tick is None:
            tick = ticks[device.id] = _Tick(event["received_at"], received=not answered)
            yield f"√ {_name(device, words)} {_clock(tick.at)}"
        if received and not tick.received:
            tick.received = True
            yield f"  {words['received']} · {device.id}"


def _proves(device: Device, kind: str) -> bool:
    """Whether an event shows the device at work. A band that only streams is at work when it is heard."""
    is_stream = DRIVERS[device.driver].is_worn and kind == Kind.SUPERVISION
    return kind in _PROOFS or kind == Kind.MEASUREMENT or is_stream


def _is_complete(config: Config, ticks: dict[str, _Tick]) -> bool:
    return all(device.id in ticks and ticks[device.id].received for device in config.devices)


def _with(state: DeviceState, event: dict[str, Any]) -> DeviceState:
    at = from_text(event["received_at"])
    if state.heard_at is None or at > state.heard_at:
        state = replace(state, heard_at=at)
    if event["kind"] in _PROOFS and (state.proven_at is None or at > state.proven_at):
        state = replace(state, proven_at=at, proven_kind=event["kind"], proven_type=event["type"])
    return state


def _row(one: Standing) -> dict[str, Any]:
    state = one.state
    return {
        "device": one.device.id,
        "room": one.device.room or None,
        "driver": one.device.driver,
        "model": one.device.model,
        "supervised": one.supervised,
        "due": one.is_due,
        "last_heard_at": to_text(state.heard_at) if state.heard_at else None,
        "last_proven_at": to_text(state.proven_at) if state.proven_at else None,
        "proven_by": {"kind": state.proven_kind, "type": state.proven_type} if state.proven_at else None,
        "battery_percent": state.battery_percent,
        "battery_low": state.battery_low,
    }


def _name(device: Device, words: dict[str, str]) -> str:
    return f"{device.room or words['no_room']} · {device.id}"


def _ago(at: datetime | None, now: datetime, words: dict[str, str]) -> str:
    if at is None:
        return words["never"]
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes >= 2 * 24 * 60:
        return words["days"].format(count=minutes // (24 * 60))
    if minutes >= 120:
        return words["hours"].format(count=minutes // 60)
    return words["minutes"].format(count=minutes) if minutes else words["now"]


def _clock(received_at: str) -> str:
    return from_text(received_at).astimezone().strftime("%H:%M:%S")


def _say(out: TextIO, lines: "Iterator[str] | list[str]") -> None:
    out.writelines(line + "\n" for line in lines)
    out.flush()
