"""The further routes of one house, put together from its file. Loaded only where the file names one."""

from datetime import timedelta
from functools import partial

from gateway.config_routes import Dc09Route, MqttRoute, SmsRoute
from gateway.contract.messages import AnswerState
from gateway.routes.carrier import Carrier, Outcome
from gateway.routes.courier import Courier, Way
from gateway.routes.dc09_event import Sender as Dc09Sender
from gateway.routes.dc09_receiver import Receiver
from gateway.routes.further import Further, Parts
from gateway.routes.lane import Lane
from gateway.routes.modem import Modem
from gateway.routes.mqtt_way import MqttWay
from gateway.routes.plan import Plan, Step
from gateway.store import deliveries
from gateway.store.deliveries import Delivery
from gateway.store.rows import Stored
from gateway.uplink.centre import CentrePresence
from gateway.uplink.hops import Hops
from gateway.uplink.ledger import LEDGER_LIMIT, Ledger
from gateway.uplink.uplink import Handlers, Uplink


class FurtherRoutes(Further):
    """All further routes and the courier that loads them."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts
        self._uplinks: list[Uplink] = []
        self._modems: dict[str, Modem] = {}
        steps: list[Step] = []
        ways: list[Way] = [MqttWay(parts.uplink, parts.ledger, parts.presence, parts.clock)]
        for route in parts.config.routes:
            way, step = self._mqtt(route) if isinstance(route, MqttRoute) else self._lane(route)
            ways.append(way)
            steps.append(step)
        receivers = frozenset(route.name for route in parts.config.routes if isinstance(route, Dc09Route))
        self.courier = Courier(
            ways,
            receivers,
            Plan(tuple(steps)),
            parts.store,
            parts.notices,
            parts.lines,
            parts.metrics,
            parts.clock,
            parts.around.pause,
        )
        self.tasks["courier"] = self.courier.run

    def offer(self, stored: Stored) -> None:
        """A message that must be answered."""
        self.courier.offer(stored)

    def answered(self, about: str, state: AnswerState) -> None:
        """The centre has said something of a message or an alarm."""
        self.courier.answered(about, state)

    async def resume(self, waiting: list[Stored]) -> set[str]:
        """Follow what waits, but for what a route brought to its end in an earlier boot. Raises StoreError."""
        received = self.courier.resume(await self._parts.store.ask(deliveries.newest, LEDGER_LIMIT))
        tests = await self._parts.store.ask(deliveries.tests)
        for name, modem in self._modems.items():
            modem.tested_at = tests.get(name)
        for stored in waiting:
            self.courier.offer(stored, self._age_seconds(stored))
        for stored in await self._parts.store.ask(deliveries.unaccepted, LEDGER_LIMIT):
            self.courier.offer(stored, self._age_seconds(stored), received=True)
        return received

    def resume_lost(self) -> None:
        """The lines that were lost in an earlier boot are known now."""
        self.courier.resume_lost()

    def states(self) -> dict[str, str] | None:
        """Each way to the centre in order, `up` or `away`."""
        return self.courier.states()

    def announce(self) -> None:
        """Publish the status on every further broker too."""
        for uplink in self._uplinks:
            uplink.announce()

    async def say_goodbye(self) -> None:
        """Tell every further broker that the house stops."""
        for uplink in self._uplinks:
            await uplink.say_goodbye()

    def _age_seconds(self, stored: Stored) -> float:
        return (self._parts.clock.now() - stored.event.received_at).total_seconds()

    def _mqtt(self, route: MqttRoute) -> tuple[Way, Step]:
        parts, ledger = self._parts, Ledger()
        presence = CentrePresence(parts.problems, f"centre of {route.name}")

        uplink = Uplink(
            route.uplink.endpoint(),
            parts.sender,
            Handlers(
                status=parts.status,
                answer=parts.answer,
                command=None,
                centre=lambda payload: presence.take(payload, uplink),
            ),
            ledger,
            Hops(parts.metrics),
            parts.metrics,
            parts.problems,
            parts.clock,
            route.name,
            parts.around,
        )
        self._uplinks.append(uplink)
        self.tasks[f"route {route.name}"] = partial(uplink.run, parts.next_session)
        step = Step(
            name=route.name,
            classes=route.classes,
            after_seconds=route.after_seconds,
            can_carry=lambda _event: True,
            answers=True,
        )
        return MqttWay(uplink, ledger, presence, parts.clock), step

    def _lane(self, route: Dc09Route | SmsRoute) -> tuple[Way, Step]:
        parts = self._parts
        carrier: Carrier = self._receiver(route) if isinstance(route, Dc09Route) else self._modem(route)
        lane = Lane(route.name, carrier, self._done, parts.problems, parts.clock)
        self.tasks[f"route {route.name}"] = lane.run
        step = Step(
            name=route.name, classes=route.classes, after_seconds=route.after_seconds, can_carry=carrier.can_carry
        )
        return lane, step

    def _done(self, delivery: Delivery, outcome: Outcome) -> None:
        self.courier.done(delivery, outcome)

    def _receiver(self, route: Dc09Route) -> Receiver:
        sender = Dc09Sender(
            account=route.account,
            receiver=route.receiver,
            line=route.line,
            format=route.format,
            zones=tuple(device.id for device in self._parts.config.devices),
        )
        return Receiver(route.host, route.port, sender, route.key, self._parts.clock)

    def _modem(self, route: SmsRoute) -> Modem:
        parts = self._parts
        modem = Modem(
            route.path,
            route.baud_rate,
            route.number,
            parts.config.gateway,
            parts.config.notice.language,
            timedelta(hours=route.test_hours) if route.test_hours else None,
            parts.problems,
            parts.clock,
        )
        modem.delivered = lambda event: self.courier.reached(route.name, event)
        modem.tested = lambda at: parts.store.tested(route.name, at)
        self._modems[route.name] = modem
        self.tasks[f"modem {route.name}"] = modem.run
        return modem
