"""The API of the queue and of an operator's steps."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from callcentre.handling import ACTIONS, MAY_HANDLE, Handling, Verdict, result_of
from callcentre.store.actions import Action, act
from callcentre.store.homes import count_homes, homes
from callcentre.store.queue import STATES, alarm, alarm_in_full, queue
from callcentre.web.body import read_step
from callcentre.web.desk import desk_of
from callcentre.web.identity import require_intent, require_person
from gateway.contract.messages import RESULTS
from gateway.contract.times import to_text

LIMIT_DEFAULT = 200
LIMIT_MOST = 10_000


async def list_alarms(request: Request) -> Response:
    """`GET /api/alarms?state=open|closed|all&limit=N`."""
    await require_person(request)
    state, limit = request.query_params.get("state", "open"), request.query_params.get("limit", str(LIMIT_DEFAULT))
    if state not in STATES:
        raise HTTPException(422, f"state is one of {', '.join(STATES)}")
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 9):
        raise HTTPException(422, "limit is a whole number")
    count = min(int(limit), LIMIT_MOST)
    rows, total = await desk_of(request).store.read(lambda connection: queue(connection, state, count))
    return JSONResponse({"alarms": rows, "total": total})


async def one_alarm(request: Request) -> Response:
    """`GET /api/alarms/ID`."""
    await require_person(request)
    key = request.path_params["key"]
    row = await desk_of(request).store.read(lambda connection: alarm_in_full(connection, key))
    if row is None:
        raise HTTPException(404, "no such alarm")
    return JSONResponse(row)


async def step(request: Request) -> Response:
    """`POST /api/alarms/ID/accept|dispatch|arrive|resolve`."""
    person = await require_person(request)
    require_intent(request)
    target = ACTIONS.get(request.path_params["action"])
    if target is None:
        raise HTTPException(404, "no such step")
    if person.role not in MAY_HANDLE:
        raise HTTPException(403, f"a token of role {person.role} may only read")
    desk, key = desk_of(request), request.path_params["key"]
    if await desk.store.read(lambda connection: alarm(connection, key)) is None:
        raise HTTPException(404, "no such alarm")
    body = await read_step(request)
    result = result_of(body.result) if target is Handling.RESOLVED else None
    if target is Handling.RESOLVED and result is None:
        raise HTTPException(422, f"result is one of {', '.join(RESULTS)}")
    action = Action(key=key, actor=person, target=target, minutes=body.minutes, result=result, note=body.note)
    now = desk.now()
    outcome = await desk.store.write(lambda connection: act(connection, action, now))
    if outcome.row is None:
        raise HTTPException(404, "no such alarm")
    if outcome.verdict is Verdict.OTHERS:
        return JSONResponse({"error": "another operator has it", "alarm": outcome.row}, status_code=409)
    if outcome.verdict is Verdict.APPLY:
        desk.wake_post()
    if outcome.verdict is not Verdict.UNCHANGED:
        desk.hub.publish(outcome.row)
    return JSONResponse(outcome.row)


async def list_homes(request: Request) -> Response:
    """`GET /api/homes`."""
    await require_person(request)
    desk, now = desk_of(request), desk_of(request).now()
    return JSONResponse({"homes": await desk.store.read(lambda connection: homes(connection, now))})


async def desk_state(request: Request) -> Response:
    """`GET /api/desk`: who I am, the desk's time, whether alarms can arrive, how many homes are alive."""
    person = await require_person(request)
    desk, now = desk_of(request), desk_of(request).now()
    alive, total = await desk.store.read(lambda connection: count_homes(connection, now))
    link = desk.link()
    return JSONResponse(
        {
            "now": to_text(now),
            "district": desk.district,
            "operator": {"name": person.name, "role": person.role.value},
            "broker": {"connected": link.connected, "since": to_text(link.since), "reason": link.reason},
            "homes": {"alive": alive, "silent": total - alive, "total": total},
        }
    )
