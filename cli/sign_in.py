"""Who signs in where: the options of commands that speak to a Neo4j or a SPARQL service, and what they come to.

What is meant for one kind of server is never sent to the other: each has environment variables of its own.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..graph.mirror.connection import Address, Server
    from ..graph.remote.address import Address as ServiceAddress
    from ..graph.remote.service import Service

F = TypeVar("F", bound=Callable[..., Any])
USER, PASSWORD = "MULTILATERAL_NEO4J_USER", "MULTILATERAL_NEO4J_PASSWORD"
SERVICE_USER, SERVICE_PASSWORD = "MULTILATERAL_SPARQL_USER", "MULTILATERAL_SPARQL_PASSWORD"


def _password(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Read the password; wipe one that was written in the command line out of the list of processes."""
    from click.core import ParameterSource

    if not value or ctx.get_parameter_source("password") is not ParameterSource.COMMANDLINE:
        return value
    if value == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if not _wiped(value):
        raise click.UsageError(
            "A password in the command line can be read by others in the list of processes, and this system does not "
            f"let it be wiped there; put it into {PASSWORD} or {SERVICE_PASSWORD}, give --password - and write "
            "it to standard input, or wait for the prompt."
        )
    return value


def _wiped(password: str) -> bool:
    """Overwrite a password where the kernel keeps the arguments of this process; return whether none shows there."""
    word = password.encode()

    def shows(argument: bytes) -> bool:
        return argument == word or argument == b"--password=" + word

    if not any(shows(a.encode()) for a in sys.orig_argv):
        return True  # called from Python: there is nothing to wipe
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end of proc(5), counted after the name
        with Path("/proc/self/mem").open("r+b", buffering=0) as memory:
            memory.seek(start)
            arguments = memory.read(end - start).split(b"\0")
            place = start
            for argument in arguments:
                if shows(argument):
                    memory.seek(place + len(argument) - len(word))
                    memory.write(b"*" * len(word))
                place += len(argument) + 1
        return not any(shows(a) for a in Path("/proc/self/cmdline").read_bytes().split(b"\0"))
    except (OSError, ValueError, IndexError):
        return False


_PASSWORD: dict[str, Any] = {
    "metavar": "WORD",
    "callback": _password,
    "help": "Its password; - reads it from standard input. Better: the variable, or the prompt.",
}


def connection_options(function: F) -> F:
    """Add ``--user``, ``--password`` and ``--database``; given to the command as ``sign_in``, for :func:`signed_in`."""
    return _with(
        function,
        click.option("--user", envvar=USER, show_envvar=True, metavar="NAME", help="The user of the Neo4j."),
        click.option("--password", envvar=PASSWORD, show_envvar=True, **_PASSWORD),
        click.option("--database", metavar="NAME", help="The database; without it the server's own default."),
    )


def mirror_options(function: F) -> F:
    """Add the options of a Neo4j or a SPARQL service, given as ``sign_in`` to the command."""
    return _with(
        function,
        click.option("--user", metavar="NAME", help=f"The user.  [env var: {USER}, {SERVICE_USER}]"),
        click.option(
            "--password", **(_PASSWORD | {"help": f"{_PASSWORD['help']}  [env var: {PASSWORD}, {SERVICE_PASSWORD}]"})
        ),
        click.option("--database", metavar="NAME", help="Neo4j: the database; without it the server's own default."),
        click.option(
            "--update-url",
            metavar="URL",
            help="SPARQL: where updates go, if it is not found beside the URL for queries.",
        ),
        click.option(
            "--graph-store-url",
            metavar="URL",
            help="SPARQL: where whole graphs go (Graph Store Protocol), if it is not found.",
        ),
    )


def _with(function: F, *options: Callable[[Any], Any]) -> F:
    """Add options, whose values the command is given as one mapping ``sign_in``."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        names = ("user", "password", "database", "update_url", "graph_store_url")
        sign_in = {name: kwargs.pop(name) for name in names if name in kwargs}
        return function(*args, sign_in=sign_in, **kwargs)

    decorated: Any = wrapper
    for option in reversed(options):
        decorated = option(decorated)
    result: F = decorated
    return result


def address(url: str, sign_in: dict[str, str | None]) -> Address:
    """Return the address of a Neo4j with what the options say."""
    from ..graph.mirror.connection import Address
    from ..ontology.errors import BadParameter

    of_services = [n for n in ("update_url", "graph_store_url") if sign_in.get(n)]
    if of_services:
        raise BadParameter(
            f"--{of_services[0].replace('_', '-')} is for SPARQL services (http://, https://); leave it out."
        )
    user = sign_in["user"] or os.environ.get(USER) or None
    return Address(url, user, sign_in["password"] or os.environ.get(PASSWORD) or None, sign_in["database"])


def is_service(url: str) -> bool:
    """Tell whether a URL is that of a SPARQL service and not of a Neo4j."""
    return url.partition(":")[0].lower() in ("http", "https")


def service_address(url: str, sign_in: Mapping[str, str | None]) -> ServiceAddress:
    """Return the address of a SPARQL service with what the options and the environment say.

    :raises BadParameter: If an option is for a Neo4j, or a value is none.
    """
    from dataclasses import replace

    from ..ontology.errors import BadParameter
    from ..remote_knowledge import address_of

    if sign_in.get("database"):
        raise BadParameter("--database is for a Neo4j; the URL of a SPARQL service names its dataset, so leave it out.")
    where = replace(address_of(url), update=sign_in.get("update_url"), graphs=sign_in.get("graph_store_url"))
    user, password = sign_in.get("user"), sign_in.get("password")
    if user or password:  # an option is meant more than a variable
        where = replace(where, user=user or where.user, password=password or where.password, token=None)
    return where


@contextlib.contextmanager
def service(url: str, sign_in: Mapping[str, str | None]) -> Iterator[Service]:
    """Connect to a SPARQL service; ask for the password where one is wanted and somebody is there to answer."""
    from dataclasses import replace

    from ..graph.remote.errors import SignInRefused
    from ..graph.remote.service import Service

    where = service_address(url, sign_in)
    if where.password is None and where.token is None and sys.stdin.isatty():
        user = where.user
        if user is None:
            try:
                with Service(where) as open_to_all:
                    open_to_all.ask("ASK {}")
            except SignInRefused:
                user = click.prompt("User", err=True)
        if user is not None:
            where = replace(where, user=user, password=click.prompt(f"Password of {user}", hide_input=True, err=True))
    with Service(where) as found:
        yield found


@contextlib.contextmanager
def connected(url: str, sign_in: dict[str, str | None]) -> Iterator[Server]:
    """Connect; where the server wants a password and none was given, ask for it if somebody is there to answer."""
    from ..graph.mirror.connection import Server

    with Server(signed_in(url, sign_in)) as server:
        yield server


def signed_in(url: str, sign_in: dict[str, str | None]) -> Address:
    """Return the address with user and password, asking for them where the server wants them and none was given."""
    from dataclasses import replace

    from ..graph.mirror.connection import Server, SignInRefused

    where = address(url, sign_in)
    if where.password is not None or not sys.stdin.isatty():
        return where
    if where.user is None:
        try:
            with Server(where):
                return where
        except SignInRefused:
            where = replace(where, user=click.prompt("User", default="neo4j", err=True))
    return replace(where, password=click.prompt(f"Password of {where.user}", hide_input=True, err=True))


def on_option(function: F) -> F:
    """Add ``--on URL`` and what goes with it: a question is put to a Neo4j instead of the embedded graph."""
    with_sign_in = connection_options(function)
    return click.option("--on", "on", metavar="URL", help="Ask this Neo4j, to which the graph was pushed.")(
        with_sign_in
    )
