"""What this version does on the centre's command, as a table: a further command is a further row.

`speak` says sentences that everybody knows, by their names, and nothing else: no text of the centre's is spoken, so
that none with a name or an illness in it can be. `silence` ends the noise about an alarm, never the alarm. `test`
raises a test that takes the alarm's way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from drivers.device import Device
from drivers.event import AlarmType
from gateway.announce.words import SPOKEN_ON_COMMAND
from gateway.commands import Order, SignedOrder
from gateway.contract.messages import Command, SignedCommand
from gateway.settings import SettingsError
from gateway.store.rows import Stored

_ALARM_TYPES = frozenset(AlarmType)


class Voice(Protocol):
    """Who says a sentence and falls silent about an alarm."""

    def speak(self, sentence: str) -> bool:
        """Say a sentence by its name. False where the house has no voice."""

    def silence(self, alarm: str) -> bool:
        """Sound and say nothing more about an alarm. False where no such alarm is under way."""


class Leaving(Protocol):
    """Who keeps for how long nobody is at home."""

    def ordered(self, until: str | None) -> str | None:
        """Nobody is at home until then (RFC 3339). Returns why that is refused."""

    def come_home(self) -> None:
        """Somebody is at home."""


class Tester(Protocol):
    """Who raises tests."""

    def test(self, type_: str | None, device: Device | None) -> "list[asyncio.Future[Stored]]":
        """Raise a test of a device, or of the house. The futures tell when it is kept."""


def table(
    *,
    rebirth: Callable[[], None],
    set_heartbeat: Callable[[int], None],
    voice: Voice,
    tester: Tester,
    devices: Mapping[str, Device],
) -> dict[str, Order | SignedOrder]:
    """Every command that this version obeys, by name. `devices` are the enrolled ones by id."""

    async def be_reborn(_command: Command) -> str | None:
        rebirth()
        return None

    async def beat(command: Command) -> str | None:
        minutes = command.heartbeat_minutes
        if minutes is None or not 1 <= minutes <= 1_440:
            return "heartbeat_minutes must be 1 to 1440"
        set_heartbeat(minutes)
        return None

    async def speak(command: Command) -> str | None:
        if command.sentence not in SPOKEN_ON_COMMAND:
            return "unknown_sentence"
        return None if voice.speak(command.sentence) else "no_voice"

    async def silence(command: Command) -> str | None:
        return None if command.alarm and voice.silence(command.alarm) else "unknown_alarm"

    async def test(command: Command) -> str | None:
        if command.type is not None and command.type not in _ALARM_TYPES:
            return "unknown_type"
        if command.device is not None and command.device not in devices:
            return "unknown_device"
        device = None if command.device is None else devices[command.device]
        await asyncio.gather(*tester.test(command.type, device))
        return None

    return {
        "rebirth": Order(obey=be_reborn),
        "set_heartbeat": Order(obey=beat),
        # A sentence that comes an hour late says what is not so any more.
        "speak": Order(obey=speak, harmless_late=False),
        "silence": Order(obey=silence),
        "test": Order(obey=test),
    }


def away_table(away: Leaving) -> dict[str, Order | SignedOrder]:
    """What the centre says of nobody being at home."""

    async def leave(command: Command) -> str | None:
        return away.ordered(command.until)

    async def come_home(_command: Command) -> str | None:
        away.come_home()
        return None

    return {
        # By a clock that is not known nobody can tell until when.
        "away": Order(obey=leave, harmless_late=False),
        "at_home": Order(obey=come_home),
    }


def signed_table(
    *,
    new_nonce: Callable[[], str],
    reboot: Callable[[], None],
    set_config: Callable[[str], Awaitable[None]],
    wipe: Callable[[str], None],
) -> dict[str, Order | SignedOrder]:
    """What can harm a house, and the nonce that such a command bears where the clock is not known.

    `set_config` takes the new settings and raises SettingsError; `wipe` takes the order's id.
    """

    async def do_nothing(_command: Command) -> str | None:
        return None

    async def restart_the_machine(_signed: SignedCommand) -> str | None:
        reboot()
        return None

    async def take_settings(signed: SignedCommand) -> str | None:
        try:
            await set_config(signed.settings or "")
        except SettingsError as error:
            return str(error)
        return None

    async def forget_the_resident(signed: SignedCommand) -> str | None:
        wipe(signed.id)
        return None

    return {
        "nonce": Order(obey=do_nothing, nonce=new_nonce),
        "reboot": SignedOrder(obey=restart_the_machine, people=1),
        "set_config": SignedOrder(obey=take_settings, people=1),
        "wipe": SignedOrder(obey=forget_the_resident, people=2),
    }
