"""The page's own files: a fixed list, nothing outside it is ever served."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

_FOLDER = Path(__file__).parent.parent / "page"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_SERVED = frozenset(path.name for path in _FOLDER.iterdir() if path.suffix in _TYPES and path.suffix != ".html")


def page_file(name: str, status: int = 200) -> Response:
    """One of the page's files, always checked for a newer one by the browser."""
    path = _FOLDER / name
    response = FileResponse(path, status_code=status, media_type=_TYPES[path.suffix])
    response.headers["cache-control"] = "no-cache"
    return response


async def page_part(request: Request) -> Response:
    """`GET /page/NAME`: styles, scripts and pictures."""
    name = request.path_params["name"]
    if name not in _SERVED:
        raise HTTPException(404, "no such file")
    return page_file(name)
