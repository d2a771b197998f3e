"""What a short message says: what happened, where, in which house, when, and the end of the alarm's id.

One message of 70 characters and no personal data: the house by the gateway's own id, the room by its code. Whoever gets
it finds the alarm at the desk by those last eight characters.
"""

from datetime import datetime

from drivers.event import AlarmType, Event, Kind, State
from gateway.routes.sms_pdu import UNITS_LIMIT
from gateway.routes.subject import is_about_route

ID_LENGTH = 8
_ALARM, _TEST, _ROUTE_TEST, _LOST, _BACK = "alarm", "test", "route_test", "route_lost", "route_back"

WORDS: dict[str, dict[str, str]] = {
    "zh-CN": {
        AlarmType.SOS: "紧急求助",
        AlarmType.SMOKE: "烟雾报警",
        AlarmType.HEAT: "高温报警",
        AlarmType.CO: "一氧化碳报警",
        AlarmType.GAS: "燃气报警",
        AlarmType.WATER: "漏水报警",
        AlarmType.FALL: "跌倒报警",
        AlarmType.INACTIVITY: "长时间无活动",
        AlarmType.WANDERING: "异常外出",
        AlarmType.OUT_OF_BED: "离床未归",
        AlarmType.DOOR_LEFT_OPEN: "门未关好",
        AlarmType.REMOVED_FROM_BODY: "设备离身",
        AlarmType.INTRUSION: "入侵报警",
        AlarmType.VITAL_SIGN: "体征异常",
        _ALARM: "报警",
        _TEST: "测试",
        _ROUTE_TEST: "线路测试",
        _LOST: "报警线路中断",
        _BACK: "报警线路恢复",
    },
    "en": {
        AlarmType.SOS: "SOS call",
        AlarmType.SMOKE: "Smoke",
        AlarmType.HEAT: "Heat",
        AlarmType.CO: "CO",
        AlarmType.GAS: "Gas",
        AlarmType.WATER: "Water",
        AlarmType.FALL: "Fall",
        AlarmType.INACTIVITY: "No activity",
        AlarmType.WANDERING: "Wandering",
        AlarmType.OUT_OF_BED: "Out of bed",
        AlarmType.DOOR_LEFT_OPEN: "Door open",
        AlarmType.REMOVED_FROM_BODY: "Not worn",
        AlarmType.INTRUSION: "Intrusion",
        AlarmType.VITAL_SIGN: "Vital sign",
        _ALARM: "Alarm",
        _TEST: "TEST",
        _ROUTE_TEST: "Line test",
        _LOST: "Line lost",
        _BACK: "Line back",
    },
}
"""Language → word → what is written. The names are alarm types and what else a message can be about."""


def can_say(event: Event) -> bool:
    """Whether it is worth a message to a person: an alarm, a test of one, a way to the centre that is lost or back."""
    if event.raises_alarm:
        return event.state is not State.CANCELLED
    return event.is_test or is_about_route(event)


def text(event: Event, gateway: str, language: str) -> str:
    """The message about an event; times are in the gateway's own time zone."""
    words = WORDS[language]
    what = words[_subject(event)]
    if event.is_test:
        what = f"{words[_TEST]} {what}"
    where = str(event.evidence.get("where", "")) if is_about_route(event) else event.room or ""
    return _fitted(
        what, where, gateway, event.occurred_at or event.received_at, f"#{(event.alarm or event.id)[-ID_LENGTH:]}"
    )


def line_test_text(gateway: str, when: datetime, language: str) -> str:
    """The message that only proves the way."""
    return _fitted(WORDS[language][_ROUTE_TEST], "", gateway, when, "")


def _subject(event: Event) -> str:
    if is_about_route(event):
        return _BACK if event.kind is Kind.RESTORE else _LOST
    return event.type if event.type in frozenset(AlarmType) else _ALARM


def _fitted(what: str, where: str, gateway: str, when: datetime, id_: str) -> str:
    """All parts in one message; the place gives way where there is not room for all, then the date."""
    for form in ("%m-%d %H:%M", "%H:%M"):
        rest = " ".join(filter(None, (gateway, f"{when.astimezone():{form}}", id_)))
        room = UNITS_LIMIT - _units(f"【安居】{what} {rest}")
        if room >= 0:
            break
    while where and _units(where) >= room:
        where = where[:-1]
    return " ".join(filter(None, (f"【安居】{what}", where, rest)))


def _units(text: str) -> int:
    return len(text.encode("utf-16-be", "replace")) // 2
