"""The contract read by programs that nobody here wrote: ajv, the CloudEvents SDK of npm and the AsyncAPI parser."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from drivers.event import AlarmType, Kind, TroubleType
from gateway.contract.asyncapi import CHANNELS
from gateway.contract.envelope import encode, type_of
from gateway.contract.examples import all_examples
from gateway.contract.publish import file_name
from tests.contract.events import SENDER, attempt, attempts, event, events, priorities, senders

PUBLISHED = Path(__file__).parents[2] / "docs" / "contract"
SCHEMA_OF = {channel.branch: file_name(channel.message) for channel in CHANNELS}
CLOUD_EVENT = "cloud-event.schema.json"

pytestmark = pytest.mark.timeout(600)  # the first run installs the packages


def verdicts(node_checks: Path, messages: Iterable[tuple[str, bytes]]) -> list[dict[str, Any]]:
    lines = [json.dumps({"schema": schema, "payload": payload.decode()}) for schema, payload in messages]
    finished = subprocess.run(
        ["node", str(node_checks / "check_messages.mjs"), str(PUBLISHED / "schemas")],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found = [json.loads(line) for line in finished.stdout.splitlines()]
    assert len(found) == len(lines)
    return found


def test_each_example_is_valid_and_decodes(node_checks: Path) -> None:
    examples = all_examples()
    found = verdicts(node_checks, [(SCHEMA_OF[example.branch], example.payload) for example in examples])
    assert {example.name: verdict["errors"] for example, verdict in zip(examples, found, strict=True)} == {
        example.name: [] for example in examples
    }


def test_every_kind_and_type_is_valid_and_decodes(node_checks: Path) -> None:
    made = [event(kind, name) for kind in Kind for name in (None, *AlarmType, *TroubleType, "a_later_word")]
    found = verdicts(node_checks, [(CLOUD_EVENT, encode(one, "person", SENDER, attempt())) for one in made])
    assert [(verdict["errors"], verdict["id"], verdict["type"]) for verdict in found] == [
        ([], one.id, type_of(one)) for one in made
    ]


@settings(max_examples=4, phases=[Phase.generate])
@given(st.lists(st.tuples(events, priorities, senders, attempts), min_size=10, max_size=40))
def test_any_event_is_valid_and_decodes(node_checks: Path, made: list[tuple[Any, Any, Any, Any]]) -> None:
    found = verdicts(node_checks, [(CLOUD_EVENT, encode(*parts)) for parts in made])
    assert [(verdict["errors"], verdict["id"]) for verdict in found] == [([], parts[0].id) for parts in made]


@pytest.mark.parametrize("missing", ["source", "id", "specversion", "data"])
def test_the_checkers_refuse_what_is_no_message(node_checks: Path, missing: str) -> None:
    document = json.loads(encode(event(Kind.ALARM, "sos"), "person", SENDER, attempt()))
    del document[missing]
    [verdict] = verdicts(node_checks, [(CLOUD_EVENT, json.dumps(document).encode())])
    assert verdict["errors"]


def test_the_asyncapi_document_parses_with_every_channel(node_checks: Path) -> None:
    finished = subprocess.run(
        ["node", str(node_checks / "check_asyncapi.mjs"), str(PUBLISHED / "asyncapi.json")],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    told = json.loads(finished.stdout)
    # Severity 0 is an error, 1 a warning; the parser's hint that a newer AsyncAPI 3 exists is neither.
    assert [found for found in told["diagnostics"] if found["severity"] < 2] == []
    assert set(told["channels"]) == {channel.address for channel in CHANNELS}
    for channel in CHANNELS:
        parsed = told["channels"][channel.address]
        assert parsed["action"] == ("send" if channel.sends else "receive")
        assert (parsed["qos"], parsed["retain"]) == (1, channel.retained)
        assert parsed["examples"] > 0


def test_the_asyncapi_parser_refuses_a_broken_document(node_checks: Path, tmp_path: Path) -> None:
    document = json.loads((PUBLISHED / "asyncapi.json").read_text())
    document["operations"]["send_alarm"]["channel"]["$ref"] = "#/channels/nowhere"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document))
    finished = subprocess.run(
        ["node", str(node_checks / "check_asyncapi.mjs"), str(broken)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert [found for found in json.loads(finished.stdout)["diagnostics"] if found["severity"] == 0]


def test_the_locked_packages_are_fixed_by_digest_and_name_no_host() -> None:
    lock = json.loads((Path(__file__).parent / "node" / "package-lock.json").read_text())
    packages = {path: package for path, package in lock["packages"].items() if path}
    assert packages
    assert [path for path, package in packages.items() if "integrity" not in package or "resolved" in package] == []
