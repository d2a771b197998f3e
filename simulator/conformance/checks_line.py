"""What a platform's broker and its births must do: sessions, wills, rights, alarms that a birth lists."""

import asyncio

from drivers.link.endpoint import RefusedError
from gateway.contract import topics
from gateway.contract.times import from_text
from simulator.conformance.checks_messages import LIFE, SILENCE_SECONDS, Check
from simulator.conformance.house import CheckingHouse
from simulator.conformance.verdict import UncheckedError, ViolatedError
from simulator.conformance.words import new_id

BIRTHS, TOPICS = "Births, heartbeats, wills", "Topics"
_NOTICE_SECONDS = 0.5
_WILL_SECONDS = 5.0
"""How long a broker may take to notice a torn line and to publish the will."""


async def _centre(house: CheckingHouse) -> None:
    await house.until(lambda: any(heard.branch == topics.CENTRE for heard in house.heard), SILENCE_SECONDS)
    said = [heard for heard in house.heard if heard.branch == topics.CENTRE]
    if not said:
        raise UncheckedError("no centre/status is retained: houses then never know that nobody listens")
    state, at = said[-1].says("state"), said[-1].says("at")
    if state != "online":
        raise ViolatedError(f"centre/status says {state!r} while the platform is being checked")
    try:
        from_text(str(at))
    except ValueError:
        raise ViolatedError(f"`at` of centre/status is {at!r}, no RFC 3339 time") from None


async def _heartbeat(house: CheckingHouse) -> None:
    status = house.speaker.status()
    await house.status(status)
    await house.status(status.removesuffix(b"}") + b', "a_later_key": {"of": "version 1"}}')


async def _listed(house: CheckingHouse) -> None:
    message = house.speaker.alarm()
    await house.send(message)
    await house.received(message)
    before = len(house.answers(message.id))
    await house.status(house.speaker.status("online", message.id), (message.id,))
    if not await house.until(lambda: len(house.answers(message.id)) > before):
        raise ViolatedError(f"a birth that lists the open alarm {message.id} is not answered: a lost answer stays lost")


async def _listed_unknown(house: CheckingHouse) -> None:
    unknown = new_id()
    await house.status(house.speaker.status("online", unknown), (unknown,))
    if await house.until(lambda: bool(house.answers(unknown)), SILENCE_SECONDS):
        state = house.answers(unknown)[0].says("state")
        if state != "hold":
            raise ViolatedError(
                f"`{state}` about an alarm that the platform never saw: the house would stop sending it"
            )


async def _outage(house: CheckingHouse) -> None:
    message = house.speaker.alarm()
    await house.send(message)
    await house.cut()
    await house.connect()
    # The answer to the first sending may come late, out of the kept session: it must not pass for the second's.
    await house.until(lambda: bool(house.answers(message.id, "received")), SILENCE_SECONDS)
    before = len(house.answers(message.id, "received"))
    await house.send(house.speaker.again(message, 2))
    await house.received(message, count=before + 1)


async def _session(house: CheckingHouse) -> None:
    await house.leave()
    await house.connect()
    if not house.session_was_kept:
        raise ViolatedError("the broker forgets a session that expires in 1 h: answers of an outage are lost with it")


async def _will(house: CheckingHouse) -> None:
    await house.cut()
    # A house that is back before the broker has noticed takes its will back with it.
    await asyncio.sleep(_NOTICE_SECONDS)
    await house.connect(with_birth=False)
    try:
        await house.session.subscribe(house.topic(topics.STATUS))
    except RefusedError:
        raise UncheckedError("the broker does not let a house see its own status") from None
    # A house may be back before its will is published: the broker still keeps the birth then, and the will follows.
    await house.until(lambda: "offline" in _states(house), max(house.patience_seconds, _WILL_SECONDS))
    house.session.unsubscribe(house.topic(topics.STATUS))
    await house.status(house.speaker.status())
    if "offline" not in _states(house):
        raise ViolatedError(f"after a torn line the status says {_states(house)}, not `offline` as the will does")


def _states(house: CheckingHouse) -> list[object]:
    """What was heard on the house's own status; it never says `offline` of itself, only its will does."""
    return [heard.says("state") for heard in house.heard if heard.branch == topics.STATUS]


async def _rights(house: CheckingHouse) -> None:
    if not house.encrypted:
        raise UncheckedError("without TLS a broker knows no identities; check again on the district's own listener")
    topic = topics.house(house.district, f"{house.gateway[:30]}-x", topics.ALARM)
    try:
        # Speaking only: brokers grant a subscription and then hold back what it may not bring.
        await house.session.publish(topic, b"{}")
    except RefusedError:
        return
    raise ViolatedError(f"the broker takes {topic} from {house.gateway}: any house can raise another's alarm")


async def _connect(house: CheckingHouse) -> None:
    await house.connect()


async def _stop(house: CheckingHouse) -> None:
    await house.status(house.speaker.status("stopping"))


CONNECTION = Check("connection", TOPICS, "a house is let in and hears its answers", _connect)
GOODBYE = Check("goodbye", BIRTHS, "`stopping` is taken", _stop)
FIRST_CHECKS = (
    Check("centre status", BIRTHS, "centre/status is retained and says online", _centre),
    Check("heartbeat", BIRTHS, "statuses are taken, unknown keys and all", _heartbeat),
)
LINE_CHECKS = (
    Check("open alarm in a birth", BIRTHS, "it is answered with its present state", _listed),
    Check("unknown alarm in a birth", BIRTHS, "nobody claims to have it", _listed_unknown),
    Check("outage", LIFE, "an alarm sent again after a torn line is answered on the new one", _outage),
    Check("session", TOPICS, "the broker keeps a house's session", _session),
    Check("will", BIRTHS, "a torn line leaves the house's will as its status", _will),
    Check("rights", TOPICS, "a house cannot speak for another", _rights),
)
