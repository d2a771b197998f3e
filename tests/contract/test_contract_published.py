"""The committed contract is what the code makes, and what the code sends is what the contract says (Python's side)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as SdkEvent
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # its stubs are no dependency of ours

from drivers.event import AlarmType, Event, Kind, TroubleType
from gateway.contract import examples, publish
from gateway.contract.asyncapi import CHANNELS
from gateway.contract.envelope import Attempt, Sender, encode, type_of
from gateway.contract.examples import Example, all_examples
from gateway.contract.messages import Priority
from tests.contract.events import SENDER, attempt, attempts, event, events, priorities, senders

PUBLISHED = Path(__file__).parents[2] / "docs" / "contract"
MESSAGE_OF = {channel.branch: channel.message for channel in CHANNELS}


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((PUBLISHED / "schemas" / name).read_text()))


def errors_of(name: str, payload: bytes) -> list[str]:
    return [error.message for error in validator(name).iter_errors(json.loads(payload))]


def test_the_committed_documents_are_what_the_code_makes(tmp_path: Path) -> None:
    assert publish.main([str(tmp_path)]) == 0
    made = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.json")}
    committed = {path.relative_to(PUBLISHED): path.read_text() for path in PUBLISHED.rglob("*.json")}
    assert made == committed, "run: python -P -m gateway.contract.publish docs/contract"


def test_publishing_without_a_folder_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert publish.main([]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted((PUBLISHED / "schemas").iterdir()), ids=lambda path: path.name)
def test_each_schema_is_sound(path: Path) -> None:
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_topic_is_published_with_its_direction_and_retained_flag() -> None:
    document = json.loads((PUBLISHED / "asyncapi.json").read_text())
    published = {}
    for operation in document["operations"].values():
        channel = document["channels"][operation["channel"]["$ref"].rsplit("/", 1)[1]]
        mqtt = operation["bindings"]["mqtt"]
        published[channel["address"]] = (operation["action"], mqtt["retain"], mqtt["qos"])
    house = "anju/v1/{district}/{gateway}"
    assert published == {
        f"{house}/alarm": ("send", False, 1),
        f"{house}/event": ("send", False, 1),
        f"{house}/telemetry": ("send", False, 1),
        f"{house}/status": ("send", True, 1),
        f"{house}/answer": ("receive", False, 1),
        f"{house}/command": ("receive", False, 1),
        f"{house}/reply": ("send", False, 1),
        "anju/v1/{district}/centre/status": ("receive", True, 1),
    }


@pytest.mark.parametrize("example", all_examples(), ids=lambda example: example.name)
def test_each_example_follows_its_schema(example: Example) -> None:
    assert errors_of(publish.file_name(MESSAGE_OF[example.branch]), example.payload) == []


def test_every_channel_has_an_example() -> None:
    assert {example.branch for example in all_examples()} == set(MESSAGE_OF)


def test_an_answer_is_written_with_its_nulls_and_understood_only_where_it_applies() -> None:
    written = {example.name: json.loads(example.payload) for example in all_examples()}
    keys = ["id", "about", "state", "at", "role", "minutes", "result"]
    assert list(written["accepted"]) == keys
    assert written["accepted"]["minutes"] is None
    assert list(written["received_unreadable"]) == [*keys, "understood"]
    assert written["received_unreadable"]["understood"] is False


def test_a_command_names_its_issuer_and_expiry() -> None:
    written = {example.name: json.loads(example.payload) for example in all_examples()}
    assert {"id", "command", "issuer", "issued_at", "expiry"} <= set(written["set_heartbeat"])


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("name", [None, *AlarmType, *TroubleType, "a_later_word"])
def test_every_kind_and_type_follows_the_schema(kind: Kind, name: str | None) -> None:
    assert errors_of("cloud-event.schema.json", encode(event(kind, name), "person", SENDER, attempt())) == []


@given(events, priorities, senders, attempts)
def test_any_event_follows_the_schema_and_is_a_cloud_event(
    made: Event, priority: Priority, sender: Sender, sent: Attempt
) -> None:
    payload = encode(made, priority, sender, sent)
    assert errors_of("cloud-event.schema.json", payload) == []
    read: Any = JSONFormat().read(SdkEvent, payload)  # its constructor validates every attribute
    assert (read.get_id(), read.get_type()) == (made.id, type_of(made))
    assert read.get_source() == f"/gateways/{sender.gateway}"
    assert read.get_subject() == json.loads(payload).get("subject")
    assert read.get_data()["evidence"]["repeat_count"] == made.repeat_count


def test_the_sdk_and_the_schema_refuse_what_is_no_cloud_event() -> None:
    document = json.loads(encode(event(Kind.ALARM, "sos"), "person", SENDER, attempt()))
    del document["source"]
    payload = json.dumps(document).encode()
    assert errors_of("cloud-event.schema.json", payload) == ["'source' is a required property"]
    with pytest.raises(CloudEventValidationError):
        JSONFormat().read(SdkEvent, payload)


def test_an_example_is_printed_with_its_topic(capsys: pytest.CaptureFixture[str]) -> None:
    assert examples.main(["accepted"]) == 0
    topic, _, text = capsys.readouterr().out.partition("\n")
    assert topic == "anju/v1/d1/gw-0001/answer"
    assert json.loads(text)["state"] == "accepted"
    assert examples.main(["centre_listens"]) == 0
    assert capsys.readouterr().out.startswith("anju/v1/d1/centre/status\n")


def test_the_names_of_the_examples_are_printed_and_a_wrong_name_is_wrong_use(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert examples.main([]) == 0
    assert capsys.readouterr().out.split() == [example.name for example in all_examples()]
    assert examples.main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err
