"""What a press of an enrolled button may be made to mean, by its kind: single, double, held, another button.

Makers have no common words for the kinds, so each is compared in a plain form (`plain`): `Double Press`, `double-press`
and `double` are one. Where a device has several buttons a kind is `BUTTON:KIND`, such as `button_2:double`; a map may
name it so, or by the kind alone for every button. A kind that the map does not name keeps its usual meaning: what a
help button says is a call for help, unless somebody has said otherwise of this very press.
"""

import re
from collections.abc import Mapping

from drivers.event import ASKED_BY_PEOPLE, ActivityType, AlarmType, Kind

LIMIT_CHARACTERS = 64
_NO_WORD = re.compile(r"[\s\-_]+")
_PRESS = "_press"
_BUTTON_AND_KIND = ":"

ALL_RIGHT = "all_right"
"""The resident says that all is well: a sign of life, nobody is called. The mark of its signal, too."""

WORDS: Mapping[str, tuple[Kind, str]] = {
    "sos": (Kind.ALARM, AlarmType.SOS.value),
    "test": (Kind.TEST, AlarmType.SOS.value),
    ALL_RIGHT: (Kind.ACTIVITY, ActivityType.BUTTON.value),
} | {type_.value: (Kind.SERVICE_REQUEST, type_.value) for type_ in ASKED_BY_PEOPLE}
"""What a press can mean: the kind and type of its event."""


def plain(kind: str) -> str:
    """A kind of press in the form in which kinds are compared. Raises ValueError with the remedy where it is none."""
    words = _NO_WORD.sub("_", kind.strip().lower()).strip("_")
    if not words or len(words) > LIMIT_CHARACTERS:
        raise ValueError(f'{kind!r} is no kind of press: write it as the device calls it, such as "double"')
    return words.removesuffix(_PRESS)


def meaning(presses: Mapping[str, str], kind: str) -> str | None:
    """The word of a map for a kind of press as the device calls it; None where the map does not name it."""
    try:
        heard = plain(kind)
    except ValueError:
        return None
    return presses.get(heard, presses.get(heard.rpartition(_BUTTON_AND_KIND)[2]))
