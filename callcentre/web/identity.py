"""Who asks: a bearer token for programs, a session cookie for browsers."""

from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcentre.config import LOOPBACK
from callcentre.handling import Person, Role
from callcentre.store.people import SESSION_LIFE, close_session, open_session, person_by
from callcentre.web.body import read_body
from callcentre.web.desk import desk_of
from callcentre.web.page import page_file

COOKIE = "anju_desk_session"
VISITOR = Person("demo", Role.OPERATOR)
_FORM_LIMIT_BYTES = 4_096


async def person_of(request: Request) -> Person | None:
    """Whose token or session the request bears."""
    desk = desk_of(request)
    bearer = _bearer(request)
    secret = bearer or request.cookies.get(COOKIE)
    if not secret:
        return None
    now = desk.now()
    return await desk.store.read(lambda connection: person_by(connection, secret, now, session=bearer is None))


async def require_person(request: Request) -> Person:
    """The same, or 401."""
    person = await person_of(request)
    if person is None:
        raise HTTPException(401, "no valid token or session", headers={"WWW-Authenticate": "Bearer"})
    return person


def require_intent(request: Request) -> None:
    """A browser's cookie alone does not prove that its user meant it: another site can post forms, but no JSON."""
    if _bearer(request) is not None:
        return
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "send application/json")


async def home_page(request: Request) -> Response:
    """`GET /`: the desk for who is signed in, else the sign-in page. The demo signs its visitors in."""
    if await person_of(request) is not None:
        return page_file("index.html")
    # By its loopback name only: a foreign name that leads here would be another site's script.
    if desk_of(request).sign_in_visitors and request.url.hostname in LOOPBACK:
        return await _signed_in(request, VISITOR, page_file("index.html"))
    return page_file("signin.html")


async def sign_in(request: Request) -> Response:
    """`POST /sign-in` with the form's `token`: a session, or the sign-in page once more."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "sign in on the desk's own page")
    form = parse_qs((await read_body(request, _FORM_LIMIT_BYTES)).decode("utf-8", "replace"))
    token = form.get("token", [""])[0].strip()
    desk, now = desk_of(request), desk_of(request).now()
    person = await desk.store.read(lambda connection: person_by(connection, token, now, session=False))
    if person is None:
        return page_file("signin-failed.html", status=401)
    return await _signed_in(request, person, RedirectResponse("/", status_code=303))


async def sign_out(request: Request) -> Response:
    """`POST /sign-out`: end this browser's session."""
    require_intent(request)
    secret = request.cookies.get(COOKIE)
    if secret:
        await desk_of(request).store.write(lambda connection: close_session(connection, secret))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


async def _signed_in(request: Request, person: Person, response: Response) -> Response:
    desk, now = desk_of(request), desk_of(request).now()
    secret = await desk.store.write(lambda connection: open_session(connection, person, now))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
