"""How falls are held: for the seconds of the device that tells of one, until somebody says otherwise.

A device that has asked its wearer itself, or that has watched the floor for a while (watches, pendants and radars have
windows of their own), is not asked about again unless its section says `cancel_seconds`: its fall is raised at once. A
worn device whose samples are judged here has 20 s.
"""

from collections.abc import Iterable, Mapping

from drivers.device import Device
from drivers.event import Event
from drivers.presses import ALL_RIGHT
from gateway.announce.words import FALL_PROMPT, FALL_PROMPT_NO_BUTTON, NOT_CALLING
from gateway.config import Config
from gateway.falls.explanation import explained
from gateway.falls.scene import Scene
from gateway.pending.rule import NOTHING, Rule, Weight
from gateway.pending.standing import Word

JUDGED = "peak_g"
"""Stands in the evidence of a fall that was found in samples, and in no device's own."""
LEFT = "falls"
"""The `rule` of a row of the table `watching` that a stop has left of a worn device."""
SAME_FALL_SECONDS = 60.0
"""Two devices that tell of a fall within this time tell of the same one: the home is one person's."""


def can_say_all_right(config: Config) -> bool:
    """Whether the house has a button for it: the box's own, or a press that was enrolled as `all_right`."""
    enrolled = any(ALL_RIGHT in (*one.code_map.values(), *one.presses.values()) for one in config.devices)
    if enrolled or config.box is None:
        return enrolled
    from drivers.box import WELL  # here and not above: a house without a box never loads what its buttons mean

    return WELL in config.box.buttons


def windows(devices: Iterable[Device]) -> dict[str, float]:
    """The cancel window of each device in seconds."""
    return {device.id: float(device.cancel_seconds) for device in devices}


def fall_rule(seconds: Mapping[str, float], scene: Scene, *, has_button: bool) -> Rule:
    """The rule for alarms of type `fall`. `has_button`: somebody can say "I am all right" by a button."""
    return Rule(
        seconds=lambda event: seconds.get(event.device or "", 0.0),
        prompt=FALL_PROMPT if has_button else FALL_PROMPT_NO_BUTTON,
        cancelled=NOT_CALLING,
        opening=scene.opening,
        means=scene.means,
        joins=joins,
        joins_seconds=SAME_FALL_SECONDS,
        explained=explained,
    )


def joins(held: Event, other: Event, raised: bool) -> Weight | None:
    """A second device that reports the fall is the witness that nobody needs to wait for.

    The same device once more (a fall in stages, a band's own flag beside its samples) waits on with the first; where
    that was raised already, only the other of these two ways belongs to it.
    """
    if (other.received_at - held.received_at).total_seconds() > SAME_FALL_SECONDS:
        return None
    if other.device != held.device:
        return Weight(word=Word.HELP, evidence={"confirmed_by": other.device, "seen_by": other.device})
    is_same_way = (JUDGED in held.evidence) is (JUDGED in other.evidence)
    return None if raised and is_same_way else NOTHING
