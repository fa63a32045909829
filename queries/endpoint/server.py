"""Running the endpoint: uvicorn with bounded connections, signals that end it in order, and a log."""

from __future__ import annotations

import importlib.util
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from ...ontology.errors import MultilateralError
from .limits import Limits

log = logging.getLogger("multilateral.serve")
_NEEDED = ("starlette", "uvicorn", "httptools")
INSTALL = "pip install 'multilateral[serve]'"


class CannotServe(MultilateralError):
    """Raised when the service cannot start: a package is missing, the port is taken, the store cannot be read."""


def check_installed() -> None:
    """Look for what only the service needs.

    :raises CannotServe: If a package is missing.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotServe(f"`serve` needs {' and '.join(missing)}, which the extra brings: {INSTALL}.")


def serve(
    data: Any,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    limits: Limits | None = None,
    token: str | None = None,
    url: str | None = None,
    routes: Sequence[Any] = (),
    editor: str | None = None,
    log_queries: bool = False,
    behind_proxy: bool = False,
    listening: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    :param data: A store's folder, or another source of editions, as in :mod:`.data`.
    :param port: 0 takes a free one.
    :param url: The address under which others know the service, if it stands behind a proxy.
    :param routes: Starlette routes beside the endpoint; what they let :meth:`.service.Service.call` run is in the
        modules of their endpoints, or in this package.
    :param behind_proxy: Whether a proxy on this machine says in ``X-Forwarded-For`` who asks.
    :param listening: Called with the address once the service answers.
    :raises CannotServe: If it cannot start.
    """
    check_installed()
    import uvicorn

    from .application import Application
    from .connection import bounded
    from .data import StoreData
    from .service import Service

    limits = limits or Limits()
    bound = _bound(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{bound.getsockname()[1]}"
    source = StoreData(data) if isinstance(data, Path) else data
    modules = sorted({route.endpoint.__module__ for route in routes})
    service = Service(source, limits, url or address, modules)
    application = Application(service, routes=routes, token=token, editor=editor, log_queries=log_queries)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                listening(address)

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            super().handle_exit(sig, frame)
            service.stopping()

    server = Server(
        uvicorn.Config(
            application,
            http=bounded(limits),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=behind_proxy,
            forwarded_allow_ips="127.0.0.1,::1",
            timeout_keep_alive=int(limits.idle),
            timeout_graceful_shutdown=int(limits.grace) + 2,
            backlog=min(1024, limits.connections * 2),
        )
    )
    # uvicorn raises the signal once more when it has ended; without these the process would end as if killed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    try:
        server.run(sockets=[bound])
    except SystemExit as error:
        raise CannotServe("The service could not start; the log says why.") from error
    finally:
        bound.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotServe(f"Cannot listen on {host} port {port}: {reason}; choose another with --port.") from error
    return bound
