"""A home in which a scenario happens: everything that its devices say and that befalls it, in the order of time.

Pure but for its own draws: the same scenario gives the same acts, to the byte. Nothing here waits for a gateway, as
no sensor does.
"""

import heapq
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from drivers.event import ActivityType
from simulator.band_voice import BandVoice
from simulator.deeds import DAY_SECONDS
from simulator.families import RADIO, WORN
from simulator.faults import EVERY_SECONDS, SPOILS, Fault, spoilt
from simulator.life import Life, Sign
from simulator.plan import Device
from simulator.radio_voice import TRANSMISSION_SECONDS, Air, RadioVoice, foreign_frame
from simulator.scenario import Scenario, Step
from simulator.voice import Said, Voice
from simulator.world import CHANGES, POWER_OFF, POWER_ON, Act, Change, Radio
from simulator.zigbee import Publication
from simulator.zigbee_voice import ZigbeeVoice

_DEED_OF_SIGN = {
    ActivityType.MOTION.value: "motion",
    ActivityType.CONTACT_OPEN.value: "open",
    ActivityType.CONTACT_CLOSED.value: "close",
}
_DOOR_SECONDS = 8.0
"""So long the door stands open when somebody goes out or comes in."""


@dataclass(frozen=True, slots=True)
class _Speaks:
    """A device's words come out of the air."""

    sender: str
    what: Radio | Publication


@dataclass(frozen=True, slots=True)
class _Wakes:
    """A device may want to say something by itself."""

    device: str


@dataclass(frozen=True, slots=True)
class _Jams:
    """A stranger's sender goes on."""

    until: float
    pause: float


@dataclass(frozen=True, slots=True)
class _Errs:
    """A broken device speaks because it is broken."""

    device: str
    fault: Fault


_Due = Step | Sign | _Speaks | _Wakes | _Jams | _Errs | Change


class Home:
    """One run of a scenario, from `since` seconds after its midnight.

    `signs` are those of its residents' days; None for those that the scenario itself asks for. `samples`: bands stream
    what they feel; else they send their own fall flag.
    """

    def __init__(
        self, scenario: Scenario, signs: Iterable[Sign] | None = None, *, samples: bool, since: float = 0.0
    ) -> None:
        self._since = since
        self._scenario = scenario
        self._signs = iter(_life_of(scenario) if signs is None else signs)
        plan = scenario.plan
        self._devices = {device.id: device for device in plan.devices}
        self._voices = {device.id: self._voice(device, samples=samples) for device in plan.devices}
        self._air = Air(self._draw("air"))
        self._stranger = self._draw("stranger")
        self._faults: dict[str, Fault] = {}
        self._last: dict[str, list[Said]] = {}
        self._gone: set[str] = set()
        self._nobody_moves = False
        self._due: list[tuple[float, int, _Due]] = []
        self._numbers = count()

    def acts(self) -> Iterator[Act]:
        """Every act of the scenario in the order of time, until it is over."""
        self.begin()
        yield from self.due(self._scenario.lasts_seconds)

    def begin(self) -> None:
        """Let the devices live, and the scenario's steps be due."""
        for step in self._scenario.steps:
            self.do(step)
        for device in self._devices:
            self._sleep(device)
        self._next_sign()

    def do(self, step: Step) -> None:
        """One thing more happens at its time."""
        self._push(step.at, step)

    @property
    def next_at(self) -> float:
        """When something is due again; infinite where nothing is."""
        return self._due[0][0] if self._due else math.inf

    def due(self, until: float) -> Iterator[Act]:
        """Every act up to that time."""
        while self.next_at <= until:
            at, _, due = heapq.heappop(self._due)
            act = self._meet(at, due)
            if act is not None:
                yield act

    # -- one thing at a time ------------------------------------------------------------------------------------------

    def _meet(self, at: float, due: _Due) -> Act | None:
        match due:
            case Step():
                return self._step(due)
            case Sign():
                self._sign(due)
            case _Speaks(sender, Radio() as radio):
                return Act(at, self._air.pass_on(sender, radio, at))
            case _Speaks(_, Publication() as message):
                return Act(at, message)
            case _Wakes(device):
                self._wake(device, at)
            case _Jams():
                self._jam(due, at)
            case _Errs():
                self._err(due, at)
            case Change():
                return Act(at, due)
        return None

    def _step(self, step: Step) -> Act | None:
        if step.do in CHANGES:
            return Act(step.at, Change(step.do, step))
        if step.do == "power_cut":
            self._push(step.at + step.numbers["seconds"], Change(POWER_ON, step))
            return Act(step.at, Change(POWER_OFF, step))
        if step.do == "jam":
            self._push(step.at, _Jams(step.at + step.numbers["seconds"], 1.0 / step.numbers["per_second"]))
        elif step.do in ("collapse", "get_up"):
            self._nobody_moves = step.do == "collapse"
        elif step.do in ("leave", "return"):
            self._pass_the_door(step)
        elif step.device is not None:
            self._of_device(step, step.device)
        return None

    def _of_device(self, step: Step, device: Device) -> None:
        if step.do == "misbehave":
            fault = Fault(step.words["how"], step.at + step.numbers["seconds"])
            self._faults[device.id] = fault
            self._push(step.at, _Errs(device.id, fault))
            return
        if step.do == "fall":
            self._nobody_moves = True
        if step.do == "motion":
            for number in range(1, int(step.numbers.get("times", 1))):
                at = step.at + number * step.numbers["every_seconds"]
                self._push(at, Step(at=at, do="motion", device=device))
        if step.do == "remove":
            self._gone.add(device.id)
        elif step.do == "put_back":
            self._gone.discard(device.id)
        said = list(self._voices[device.id].do(step))
        self._last[device.id] = said or self._last.get(device.id, [])
        self._say(device.id, said, step.at)
        self._sleep(device.id)

    def _pass_the_door(self, step: Step) -> None:
        if step.device is None:
            return
        self._nobody_moves = step.do == "leave"
        hall = [device for device in self._scenario.plan.of_family("motion") if device.room == step.device.room]
        walks = [Step(at=step.at, do="motion", device=device) for device in hall]
        opens = Step(at=step.at, do="open", device=step.device)
        closes = Step(at=step.at + _DOOR_SECONDS, do="close", device=step.device)
        for one in (*walks, opens, closes):
            self._push(one.at, one)

    def _sign(self, sign: Sign) -> None:
        self._next_sign()
        deed, device = _DEED_OF_SIGN.get(sign.type), self._devices.get(sign.device)
        if deed is not None and device is not None and not self._nobody_moves:
            self._of_device(Step(at=sign.at, do=deed, device=device), device)

    def _wake(self, device: str, at: float) -> None:
        voice = self._voices[device]
        if voice.wakes_at is not None and voice.wakes_at <= at:
            self._say(device, voice.later(at), at)
            self._sleep(device)

    def _jam(self, jam: _Jams, at: float) -> None:
        for receiver in self._scenario.plan.receivers:
            self._push(at, _Speaks("stranger", foreign_frame(receiver, self._stranger)))
        if at + jam.pause < jam.until:
            self._push(at + jam.pause, jam)

    def _err(self, errs: _Errs, at: float) -> None:
        device, how = errs.device, errs.fault.how
        if self._faults.get(device) is not errs.fault:
            return  # another fault has taken its place
        if at >= errs.fault.until:
            del self._faults[device]
            self._say(device, self._voices[device].settle(), at)
            return
        every = EVERY_SECONDS[how]
        if how == "stuck" and self._devices[device].driver == RADIO:
            every = TRANSMISSION_SECONDS
        self._push(errs.fault.until if every is None else min(at + every, errs.fault.until), errs)
        said = self._wrong_words(device, how)
        self._utter(device, [spoilt(one, how) for one in said] if how in SPOILS else said, at)

    def _wrong_words(self, device: str, how: str) -> Iterable[Said]:
        voice = self._voices[device]
        if how == "replaying":
            return self._last.get(device) or voice.cry()
        if how == "unplugged":
            return ()
        return voice.repeat() if how == "stuck" else voice.toggle() if how == "babbling" else voice.cry()

    # -- speaking -----------------------------------------------------------------------------------------------------

    def _say(self, device: str, said: Iterable[Said], at: float) -> None:
        """What a device says unless it is broken in a way that lets nothing else through."""
        fault = self._faults.get(device)
        if fault is None:
            self._utter(device, said, at)
        elif fault.how in SPOILS:
            self._utter(device, [spoilt(one, fault.how) for one in said], at)

    def _utter(self, device: str, said: Iterable[Said], at: float) -> None:
        if device not in self._gone:
            for one in said:
                self._push(at + one.after, _Speaks(device, one.what))

    def _sleep(self, device: str) -> None:
        wakes_at = self._voices[device].wakes_at
        if wakes_at is not None:
            self._push(max(wakes_at, self._since), _Wakes(device))

    def _next_sign(self) -> None:
        sign = next((sign for sign in self._signs if sign.at >= self._since), None)
        if sign is not None:
            self._push(sign.at, sign)

    def _push(self, at: float, due: _Due) -> None:
        heapq.heappush(self._due, (at, next(self._numbers), due))

    def _voice(self, device: Device, *, samples: bool) -> Voice:
        draw = self._draw(device.id)
        if device.driver == RADIO:
            return RadioVoice(device, self._scenario.plan.receivers, draw)
        return BandVoice(device, draw, samples=samples) if device.driver == WORN else ZigbeeVoice(device, draw)

    def _draw(self, of: str) -> random.Random:
        return random.Random(f"{self._scenario.seed} {of}")


def _life_of(scenario: Scenario) -> Iterable[Sign]:
    """The residents' days for as long as the scenario lasts, where it has them live."""
    days = int(scenario.lasts_seconds // DAY_SECONDS) + 1 if scenario.life else 0
    return Life(scenario.plan, scenario.seed, scenario.begins_on, incidents=False).signs(days)
