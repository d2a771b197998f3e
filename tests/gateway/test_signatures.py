"""Signed commands: obeyed once, by whom the district named, in this house, now, and never while somebody calls."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from drivers.event import ClockQuality, Kind
from gateway.config import check, load
from gateway.contract.messages import Command, Jws, JwsSignature, SignedCommand
from gateway.contract.times import to_text
from gateway.house import REBOOT_STATUS
from gateway.house import House as Gateway
from gateway.intake.intake import Happened
from gateway.remembering import remember
from gateway.signatures import Signatures
from gateway.store.store import Store
from simulator.ports import free_port
from tests.gateway.houses import HandClock, answer, event
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.signing import ANNA, BORIS, base64url, jws, public
from tests.support.wait import until


class Home:
    """A gateway that knows Anna's key and Boris's, without its lines."""

    def __init__(self, folder: Path, store: Store) -> None:
        house = House(folder=folder, uplink_port=9, broker_port=9)
        house.sections["commands"] = {"keys": [public(ANNA), public(BORIS)]}
        self.clock, self.store, self.stop = HandClock(), store, asyncio.Event()
        self.gateway = Gateway(load(house.write()), store, self.clock, self.stop)
        self.replies: list[dict[str, Any]] = []
        self.gateway.commands._reply = lambda payload: self.replies.append(json.loads(payload))

    def words(self, **changed: Any) -> dict[str, Any]:
        now = self.clock.now()
        return {
            "id": "order-1", "command": "reboot", "issuer": "desk-1", "issued_at": to_text(now),
            "expiry": to_text(now + timedelta(minutes=2)), **changed,
        }  # fmt: skip

    def signed(self, *keys: Ed25519PrivateKey, around: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
        """A command as the district makes it; `around` changes what is not signed of it, `changed` what is."""
        own = {"gateway": "gw-0001", "store": self.store.identity.store}
        payload = {**self.words(), **own, **changed}
        outside = {name: payload[name] for name in ("id", "command", "issuer", "issued_at", "expiry")}
        return {**outside, "jws": jws(json.dumps(payload).encode(), *keys), **(around or {})}

    async def take(self, body: dict[str, Any]) -> str | None:
        await self.gateway.commands.take(json.dumps(body).encode())
        reply = self.replies[-1]
        assert reply["done"] is (reply["reason"] is None)
        return str(reply["reason"]) if reply["reason"] else None

    @property
    def reboots(self) -> bool:
        return self.gateway.exit_status == REBOOT_STATUS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "house.db"


async def test_a_signed_command_is_obeyed_once_and_not_after_a_restart_either(tmp_path: Path, path: Path) -> None:
    with Store(path) as store:
        home = Home(tmp_path, store)
        order = home.signed(ANNA)
        assert await home.take(order) is None
        assert home.reboots
        assert await home.take(order) == "repeated"
    with Store(path) as store:
        again = Home(tmp_path, store)
        await remember(again.gateway)
        assert await again.take(order) == "repeated"
        assert not again.reboots


async def test_what_is_not_quite_right_is_refused_with_its_reason(tmp_path: Path, path: Path) -> None:
    stranger = Ed25519PrivateKey.generate()
    with Store(path) as store:
        home = Home(tmp_path, store)
        right = home.signed(ANNA)
        later = to_text(home.clock.now() + timedelta(minutes=4))
        cases: list[tuple[dict[str, Any], str]] = [
            (home.words(), "not_signed"),
            (home.signed(), "bad_signature"),
            (home.signed(stranger), "bad_signature"),
            ({**right, "jws": jws(b"{}", ANNA)}, "unreadable"),
            ({**right, "jws": {**right["jws"], "payload": base64url(b"{}")}}, "bad_signature"),
            ({**right, "jws": jws(json.dumps(home.words()).encode(), ANNA, algorithm="none")}, "bad_signature"),
            (home.signed(ANNA, around={"expiry": later}), "not_what_was_signed"),
            (home.signed(ANNA, around={"id": "order-2"}), "not_what_was_signed"),
            (home.signed(ANNA, gateway="gw-0002"), "foreign"),
            (home.signed(ANNA, store="another"), "foreign"),
            (home.signed(ANNA, nonce="00" * 16), "nonce_needed"),
            (home.signed(ANNA, expiry=to_text(home.clock.now() - timedelta(seconds=1))), "bad_time"),
            (home.signed(ANNA, command="wipe"), "another_signature_needed"),
            (home.signed(ANNA, command="update"), "not_supported"),
        ]
        for body, reason in cases:
            assert await home.take(body) == reason, body
        home.clock.seconds += 600
        assert await home.take(right) == "expired"
        assert not home.reboots
        assert await home.take(home.signed(BORIS)) is None, "none of these has used up the id"


async def test_while_an_alarm_is_open_nothing_that_harms_is_done(tmp_path: Path, path: Path) -> None:
    with Store(path) as store:
        home = Home(tmp_path, store)
        alarm = event()
        home.gateway.reception.tell([Happened(event=alarm), Happened(event=event(Kind.TAMPER, None))])
        await until(lambda: home.gateway.notices.knows(alarm.id))
        assert await home.take(home.signed(ANNA)) == "alarm_open"
        await home.gateway.answers.take(json.dumps({**_plain(answer(alarm.id, "accepted"))}).encode())
        assert await home.take(home.signed(ANNA)) == "alarm_open"
        await home.gateway.answers.take(json.dumps(_plain(answer(alarm.id, "resolved"))).encode())
        assert await home.take(home.signed(ANNA)) is None


def _plain(said: Any) -> dict[str, Any]:
    return {"id": said.id, "about": said.about, "state": said.state, "at": said.at, "result": said.result}


async def test_without_a_clock_a_nonce_is_needed_and_good_once(tmp_path: Path, path: Path) -> None:
    with Store(path) as store:
        home = Home(tmp_path, store)
        home.clock.known = ClockQuality.UNTRUSTED

        async def nonce() -> str:
            assert await home.take(home.words(id=f"nonce-{len(home.replies)}", command="nonce")) is None
            return str(home.replies[-1]["nonce"])

        assert await home.take(home.signed(ANNA)) == "nonce_needed"
        first, second = await nonce(), await nonce()
        assert first != second
        assert await home.take(home.signed(ANNA, nonce=first)) == "nonce_needed", "the newer one has taken its place"
        assert await home.take(home.signed(ANNA, nonce=second)) == "nonce_needed", "a wrong guess has used it up"
        old = await nonce()
        home.clock.seconds += 301
        assert await home.take(home.signed(ANNA, nonce=old)) == "nonce_needed"
        wrong: dict[str, Any] = {"issued_at": "2026-01-01T00:00:00.000Z", "expiry": "2026-01-01T00:04:00.000Z"}
        ahead = home.words(id="nonce-ahead", command="nonce", **wrong)
        assert await home.take(ahead) is None, "a clock that runs ahead must lock nobody out"
        right = home.signed(ANNA, nonce=str(home.replies[-1]["nonce"]), **wrong)
        assert await home.take(right) is None


async def test_what_can_harm_is_not_done_where_it_cannot_be_noted(tmp_path: Path, path: Path) -> None:
    with Store(path) as store:
        home = Home(tmp_path, store)
        await store.ask(lambda connection: connection.execute("PRAGMA query_only = ON") and None)
        assert await home.take(home.signed(ANNA)) == "store_ill"
        assert not home.reboots


def test_two_people_are_two_keys() -> None:
    keys = [key.public_key().public_bytes_raw() for key in (ANNA, BORIS)]
    signatures = Signatures(keys, "gw-0001", lambda: "s", lambda: False, HandClock())
    words = {"id": "1", "command": "wipe", "issuer": "d", "issued_at": "2026-03-01T12:00:00Z",
             "expiry": "2026-03-01T12:01:00Z", "gateway": "gw-0001",
             "store": "s"}  # fmt: skip

    def read(*signers: Ed25519PrivateKey) -> SignedCommand | str:
        outside = {name: words[name] for name in ("id", "command", "issuer", "issued_at", "expiry")}
        body = {**outside, "jws": jws(json.dumps(words).encode(), *signers)}
        return signatures.read(msgspec.convert(body, Command), people=2)

    assert read(ANNA) == "another_signature_needed"
    assert read(ANNA, ANNA) == "another_signature_needed"
    assert isinstance(read(ANNA, BORIS), SignedCommand)


texts = st.text(max_size=40)


@given(payload=texts, protected=texts, signature=texts)
def test_no_signature_raises(payload: str, protected: str, signature: str) -> None:
    signatures = Signatures([ANNA.public_key().public_bytes_raw()], "g", lambda: "s", lambda: False, HandClock())
    one = Jws(payload=payload, signatures=[JwsSignature(protected=protected, signature=signature)])
    command = Command(id="1", command="reboot", issuer="d", issued_at="a", expires_at="b", jws=one)
    assert signatures.read(command, 1) == "bad_signature"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[]", "keys is no list of texts"),
        ("7", "keys is no list of texts"),
        ('["MCowBQYDK2Vw"]', "number 1 of keys is no Ed25519 public key"),
        ('["ANNA", "x"]', "number 2 of keys is no Ed25519 public key"),
        ('["ANNA", "ANNA"]', "keys has one key twice"),
    ],
)
def test_a_mistake_in_the_keys_is_named(tmp_path: Path, written: str, said: str) -> None:
    file = House(folder=tmp_path, uplink_port=9, broker_port=9).write()
    file.write_text(file.read_text() + f"\n[commands]\nkeys = {written.replace('ANNA', public(ANNA))}\n")
    ((problem,), _) = check(file)
    assert re.match(rf"{re.escape(str(file))}:\d+: {said}", problem)


async def test_a_running_gateway_leaves_with_the_status_that_restarts_the_machine(
    tmp_path: Path, district_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port())
    house.sections["commands"] = {"keys": [public(ANNA)]}
    async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
        await gateway.wait_line("connected to the district")
        (birth,) = await centre.wait_on("status")
        now = datetime.now(UTC)
        words = {
            "command": "nonce", "id": "n", "issuer": "desk", "issued_at": to_text(now),
            "expiry": to_text(now + timedelta(minutes=2)),
        }  # fmt: skip
        await centre.say("gw-0001", "command", json.dumps(words).encode())
        (nonce,) = await centre.wait_on("reply")
        words |= {"command": "reboot", "id": "r"}
        signed = {**words, "gateway": "gw-0001", "store": birth.body["store"], "nonce": nonce.body["nonce"]}
        body = {**words, "jws": jws(json.dumps(signed).encode(), ANNA)}
        await centre.say("gw-0001", "command", json.dumps(body).encode())
        _, reply = await centre.wait_on("reply", count=2)
        assert reply.body["done"] is True
        assert await gateway.wait() == REBOOT_STATUS
        assert centre.heard[-1].body["state"] == "stopping"
