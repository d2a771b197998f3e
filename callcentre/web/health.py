"""Health for a supervisor and metrics for a scraper; neither says anything about a person."""

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from callcentre.store.schema import StoreError
from callcentre.store.sweep import probe
from callcentre.web.desk import desk_of


async def healthz(request: Request) -> Response:
    """`GET /healthz`: 200 while alarms can arrive and be stored, else 503 with the problems."""
    desk = desk_of(request)
    problems = []
    if not desk.link().connected:
        problems.append("no connection to the broker")
    try:
        await desk.store.write(probe)
    except StoreError:
        problems.append("the database cannot be written")
    if problems:
        return JSONResponse({"status": "degraded", "problems": problems}, status_code=503)
    return JSONResponse({"status": "working"})


async def metrics(request: Request) -> Response:
    """`GET /metrics`."""
    return Response(desk_of(request).metrics.page(), media_type=CONTENT_TYPE_LATEST)
