"""What the integrators' page prints is what the code prints, and its call centre is one."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from gateway.contract import examples, topics
from gateway.contract.messages import RESULTS
from tests.support.brokers import Broker

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "integrators.md").read_text()
PRINTED = re.findall(r"```console\n\$ python -P -m gateway\.contract\.examples (\w+)\n(.*?)```", PAGE, re.DOTALL)
SMALLEST_CENTRE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
EXAMPLES = {example.name: example for example in examples.all_examples()}


@pytest.mark.parametrize(("name", "printed"), PRINTED)
def test_each_printed_example_is_the_command_s_output(
    name: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert examples.main([name]) == 0
    assert capsys.readouterr().out == printed


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_the_access_list_is_the_deployed_one() -> None:
    deployed = (ROOT / "deploy" / "district-broker" / "acl").read_text().splitlines()
    patterns = [line for line in deployed if line.startswith("pattern")]
    assert "\n".join(patterns) in PAGE


def test_every_topic_and_result_is_on_the_page() -> None:
    addresses = [topics.house("{district}", "{gateway}", branch) for branch in topics.UP + topics.DOWN]
    wanted = [*addresses, topics.centre_status("{district}"), *RESULTS]
    assert [word for word in wanted if f"`{word}`" not in PAGE] == []


async def _next(client: aiomqtt.Client) -> dict[str, Any]:
    message = await anext(aiter(client.messages))
    assert isinstance(message.payload, bytes)
    decoded: dict[str, Any] = json.loads(message.payload)
    return decoded


@pytest.fixture
def smallest_centre(tmp_path: Path) -> Iterator[Callable[[Broker], Path]]:
    """Starts the page's program on a broker and tells the file it stores in."""
    program, file = tmp_path / "smallest_centre.py", tmp_path / "centre.db"
    program.write_text(SMALLEST_CENTRE)
    with ExitStack() as running:

        def start(broker: Broker) -> Path:
            arguments = [sys.executable, "-P", str(program), broker.host, str(broker.port), "d1", str(file)]
            process = running.enter_context(subprocess.Popen(arguments))
            running.callback(process.terminate)
            return file

        yield start


async def test_the_smallest_centre_stores_answers_and_folds(
    district_broker: Broker, smallest_centre: Callable[[Broker], Path]
) -> None:
    raised, birth = EXAMPLES["smoke_raised"], EXAMPLES["birth"]
    about = json.loads(raised.payload)["id"]
    unreadable = b'{"id":"a-1","data":{}}'
    async with aiomqtt.Client(district_broker.host, district_broker.port, protocol=aiomqtt.ProtocolVersion.V5) as house:
        await house.subscribe(topics.centre_status("d1"), qos=1)
        await house.subscribe(topics.house("d1", "gw-0001", topics.ANSWER), qos=1)
        file = smallest_centre(district_broker)
        assert (await _next(house))["state"] == "online"
        for message in (raised, raised, birth):
            await house.publish(message.topic, message.payload, qos=1)
            answer = await _next(house)
            assert (answer["about"], answer["state"], "understood" in answer) == (about, "received", False)
        await house.publish(raised.topic, unreadable, qos=1)
        answer = await _next(house)
        assert (answer["about"], answer["understood"]) == ("a-1", False)
        await house.publish(raised.topic, b"\xff", qos=1)
        assert (await _next(house))["understood"] is False
    stored = sqlite3.connect(file).execute("SELECT raw FROM message").fetchall()
    assert stored == [(raised.payload,), (unreadable,), (b"\xff",)]
