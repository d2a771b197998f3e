"""The desk's HTTP API: rights, steps, order, stream."""

import asyncio
import json
from http.client import HTTPConnection
from typing import Any

import pytest

from simulator.ports import LOOPBACK
from tests.callcentre.desks import Desk, alarm_message, house, new_id


async def test_steps_reach_the_house_with_role_minutes_and_result_but_no_name(desk: Desk) -> None:
    message = alarm_message()
    token = desk.token("Wang Fang")
    base = f"/api/alarms/{message['id']}"
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(message)
        steps: list[tuple[str, dict[str, Any]]] = [
            ("accept", {}),
            ("dispatch", {"minutes": 12}),
            ("arrive", {}),
            ("resolve", {"result": "helped", "note": "tea was had"}),
        ]
        answers = []
        for action, body in steps:
            response = await desk.request("POST", f"{base}/{action}", token, body)
            assert response.status == 200
            answers.append(await home.answer(about=message["id"], state=response.json["state"]))
        assert await desk.alarms(token) == []
        full = await desk.get(base, token)
    assert [answer["state"] for answer in answers] == ["accepted", "dispatched", "arrived", "resolved"]
    assert {answer["role"] for answer in answers} == {"operator"}
    assert [answer["minutes"] for answer in answers] == [None, 12, 12, 12]
    assert [answer["result"] for answer in answers] == [None, None, None, "helped"]
    assert all("Wang" not in json.dumps(answer) and "tea" not in json.dumps(answer) for answer in answers)
    assert [entry["action"] for entry in full["history"]] == ["accepted", "dispatched", "arrived", "resolved"]
    assert {entry["name"] for entry in full["history"]} == {"Wang Fang"}


async def test_steps_may_be_skipped_and_never_go_back(desk: Desk) -> None:
    message = alarm_message()
    token = desk.token()
    base = f"/api/alarms/{message['id']}"
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(message)
        assert (await desk.request("POST", f"{base}/arrive", token)).json["state"] == "arrived"
        back = await desk.request("POST", f"{base}/accept", token)
        assert (back.status, back.json["state"]) == (200, "arrived")
        done = await desk.request("POST", f"{base}/resolve", token, {"result": "accidental"})
        again = await desk.request("POST", f"{base}/resolve", token, {"result": "hospital"})
    assert done.json["result"] == again.json["result"] == "accidental"


async def test_what_is_refused_and_how(desk: Desk) -> None:
    message = alarm_message()
    token, other = desk.token("a"), desk.token("b")
    base = f"/api/alarms/{message['id']}"
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(message)
        expected = [
            ("GET", "/api/alarms", None, None, 401),
            ("GET", "/api/alarms", "nobody's", None, 401),
            ("GET", base, None, None, 401),
            ("GET", "/api/homes", None, None, 401),
            ("GET", "/api/stream", None, None, 401),
            ("POST", f"{base}/accept", None, {}, 401),
            ("POST", f"{base}/accept", desk.token("c", "auditor"), {}, 403),
            ("POST", f"{base}/accept", desk.token("d", "installer"), {}, 403),
            ("POST", f"/api/alarms/{new_id()}/accept", token, {}, 404),
            ("GET", f"/api/alarms/{new_id()}", token, None, 404),
            ("POST", f"{base}/explode", token, {}, 404),
            ("POST", f"{base}/resolve", token, {}, 422),
            ("POST", f"{base}/resolve", token, {"result": "sunshine"}, 422),
            ("POST", f"{base}/dispatch", token, {"minutes": -1}, 422),
            ("POST", f"{base}/dispatch", token, b"{not json", 400),
            ("POST", f"{base}/dispatch", token, b'"' + b"x" * 10_000 + b'"', 413),
            ("GET", "/api/alarms?limit=many", token, None, 422),
            ("GET", "/api/alarms?state=sideways", token, None, 422),
            ("POST", f"{base}/accept", token, {}, 200),
            ("POST", f"{base}/accept", other, {}, 409),
            ("POST", f"{base}/resolve", other, {"result": "helped"}, 409),
        ]
        for method, path, bearer, body, status in expected:
            response = await desk.request(method, path, bearer, body)
            assert response.status == status, (method, path, body, response.body)
        held = await desk.request("POST", f"{base}/accept", other, {})
        assert (held.json["alarm"]["owner"], held.json["alarm"]["owner_role"]) == ("a", "operator")
        (row,) = await desk.alarms(token)
        assert row["state"] == "accepted"


async def test_a_supervisor_takes_over(desk: Desk) -> None:
    message = alarm_message()
    base = f"/api/alarms/{message['id']}"
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(message)
        await desk.request("POST", f"{base}/accept", desk.token("a"), {})
        taken = await desk.request("POST", f"{base}/accept", desk.token("boss", "supervisor"), {})
        assert (taken.status, taken.json["owner"], taken.json["state"]) == (200, "boss", "accepted")
        assert (await desk.request("POST", f"{base}/dispatch", desk.token("a"), {})).status == 409


async def test_of_two_operators_at_once_exactly_one_gets_it(desk: Desk) -> None:
    messages = [alarm_message() for _ in range(10)]
    one, other = desk.token("a"), desk.token("b")
    async with desk.running(), house(desk.broker_port) as home:
        for message in messages:
            await home.alarm(message)
            path = f"/api/alarms/{message['id']}/accept"
            both = await asyncio.gather(desk.request("POST", path, one, {}), desk.request("POST", path, other, {}))
            assert sorted(response.status for response in both) == [200, 409]


async def test_the_queue_is_in_the_order_of_need(desk: Desk) -> None:
    kinds = [("water", "property"), ("sos", "person"), ("fall", "person"), ("smoke", "fire"), ("co", "fire")]
    messages = {kind: alarm_message(type=kind, priority=priority) for kind, priority in kinds}
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        for message in messages.values():
            await home.alarm(message)
        await desk.request("POST", f"/api/alarms/{messages['smoke']['id']}/accept", token)
        await desk.request("POST", f"/api/alarms/{messages['sos']['id']}/accept", token)
        assert [row["type"] for row in await desk.alarms(token)] == ["co", "smoke", "fall", "sos", "water"]
        await desk.request("POST", f"/api/alarms/{messages['co']['id']}/resolve", token, {"result": "device_fault"})
        everything = await desk.get("/api/alarms?state=all&limit=4", token)
    assert [row["type"] for row in everything["alarms"]] == ["smoke", "fall", "sos", "water"]
    assert everything["total"] == 5


async def test_no_test_stands_before_somebody_who_waits(desk: Desk) -> None:
    test, fall, taken = alarm_message(what="anju.test.raised"), alarm_message(type="fall"), alarm_message()
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        for message in (taken, test, fall):
            await home.alarm(message)
        await desk.request("POST", f"/api/alarms/{taken['id']}/accept", token)
        assert [row["id"] for row in await desk.alarms(token)] == [fall["id"], test["id"], taken["id"]]


async def test_the_stream_tells_every_change_with_the_alarms_id(desk: Desk) -> None:
    message = alarm_message()
    token = desk.token()
    async with desk.running() as child, house(desk.broker_port) as home:
        connection = HTTPConnection(LOOPBACK, desk.port, timeout=10)
        connection.request("GET", "/api/stream", headers={"Authorization": f"Bearer {token}"})
        stream = await asyncio.to_thread(connection.getresponse)
        assert stream.headers["Content-Type"].startswith("text/event-stream")

        def next_row() -> Any:
            while not (line := stream.readline()).startswith(b"data: "):
                assert line, "the stream ended"
            return json.loads(line[6:])

        await home.alarm(message)
        first = await asyncio.to_thread(next_row)
        await desk.request("POST", f"/api/alarms/{message['id']}/accept", token)
        second = await asyncio.to_thread(next_row)
        # An open stream does not hold up an orderly end.
        assert await child.terminate() == 0
        connection.close()
    assert (first["id"], first["state"]) == (message["id"], "none")
    assert (second["id"], second["state"]) == (message["id"], "accepted")


async def test_sign_in_by_the_page_gives_a_session_that_only_json_may_use(desk: Desk) -> None:
    message = alarm_message()
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(message)
        page = await desk.request("GET", "/")
        assert (page.status, b"<form" in page.body) == (200, True)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        wrong = await desk.request("POST", "/sign-in", body=b"token=wrong", headers=form)
        assert (wrong.status, "set-cookie" in wrong.headers) == (401, False)
        right = await desk.request("POST", "/sign-in", body=f"token={token}".encode(), headers=form)
        assert right.status == 303
        cookie = right.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        session = {"Cookie": cookie.partition(";")[0]}
        assert (await desk.request("GET", "/api/alarms", headers=session)).status == 200
        path = f"/api/alarms/{message['id']}/accept"
        assert (await desk.request("POST", path, body=b"a=b", headers=session | form)).status == 415
        assert (await desk.request("POST", path, body={}, headers=session)).status == 200
        assert (await desk.request("POST", "/sign-out", body={}, headers=session)).status == 204
        assert (await desk.request("GET", "/api/alarms", headers=session)).status == 401


async def test_no_page_may_run_foreign_scripts(desk: Desk) -> None:
    async with desk.running("--sign-in-visitors"):
        for path in ("/", "/page/desk.js", "/api/alarms", "/nothing"):
            policy = (await desk.request("GET", path)).headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
        assert (await desk.request("GET", "/page/..%2fcli.py")).status == 404


@pytest.mark.parametrize("path", ["/api/alarms", "/api/alarms/x", "/api/homes", "/api/desk"])
async def test_a_revoked_name_is_out_at_once(desk: Desk, path: str) -> None:
    from tests.support.processes import run

    token = desk.token("leaver")
    async with desk.running():
        assert (await desk.request("GET", path, token)).status in (200, 404)
        assert run("anju-desk", "revoke", "--config", desk.config, "--name", "leaver").returncode == 0
        assert (await desk.request("GET", path, token)).status == 401
