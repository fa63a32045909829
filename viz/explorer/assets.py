"""The files that pages link to: each under an address with its checksum, so that a browser keeps it for good."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...queries.endpoint.errors import Refused

#: The package ``viz``, below which all files lie.
VIZ = __name__.rsplit(".", 2)[0]
#: Where each file lies below the package ``viz``. Nothing else is ever sent.
FILES = {
    "site.css": "explorer/static/site.css",
    "suggest.js": "explorer/static/suggest.js",
    "forms.js": "explorer/static/forms.js",
    "editor.js": "explorer/static/editor.js",
    "editor.css": "explorer/static/editor.css",
    "thing.css": "explorer/static/thing.css",
    "icon.svg": "explorer/static/icon.svg",
    "yasgui.min.js": "vendor/yasgui.min.js",
    "yasgui.min.css": "vendor/yasgui.min.css",
}
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOR_GOOD = "max-age=31536000, immutable"


@cache
def content(name: str) -> bytes:
    """Return a file of :data:`FILES`."""
    return resources.files(VIZ).joinpath(FILES[name]).read_bytes()


@cache
def digest(name: str) -> str:
    """Return the checksum in the address of a file."""
    return hashlib.sha256(content(name)).hexdigest()[:12]


def static(name: str) -> str:
    """Return the address of a file, for a page."""
    return f"/static/{digest(name)}/{name}"


async def send_file(request: Request) -> Response:
    """Send one of the files."""
    name = request.path_params["name"]
    if name not in FILES or request.path_params["digest"] != digest(name):
        raise Refused(404, "There is no such file in this version of the service; load the page again.")
    headers = {"Cache-Control": _FOR_GOOD, "X-Content-Type-Options": "nosniff"}
    kind = _TYPES[name.rpartition(".")[2]]
    return Response(content(name), media_type=kind, headers=headers)


ROUTE = Route("/static/{digest}/{name}", send_file)
