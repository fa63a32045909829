"""``mirror``: the same graph in a Neo4j, proven equal, and read back."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..graph.mirror.connection import Address, Server

F = TypeVar("F", bound=Callable[..., Any])
USER, PASSWORD = "MULTILATERAL_NEO4J_USER", "MULTILATERAL_NEO4J_PASSWORD"


def connection_options(function: F) -> F:
    """Add ``--user``, ``--password`` and ``--database``; given to the command as ``sign_in``, for :func:`signed_in`."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        sign_in = {name: kwargs.pop(name) for name in ("user", "password", "database")}
        return function(*args, sign_in=sign_in, **kwargs)

    options = [
        click.option("--user", envvar=USER, show_envvar=True, metavar="NAME", help="The user of the Neo4j."),
        click.option(
            "--password",
            envvar=PASSWORD,
            show_envvar=True,
            metavar="WORD",
            callback=_password,
            help="Its password; - reads it from standard input. Better: the variable, or the prompt.",
        ),
        click.option("--database", metavar="NAME", help="The database; without it the server's own default."),
    ]
    decorated: Any = wrapper
    for option in reversed(options):
        decorated = option(decorated)
    result: F = decorated
    return result


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
            f"let it be wiped there; put it into {PASSWORD}, give --password - and write it to standard input, or wait "
            "for the prompt."
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


def address(url: str, sign_in: dict[str, str | None]) -> Address:
    """Return the address of a Neo4j with what the options say."""
    from ..graph.mirror.connection import Address

    return Address(url, **sign_in)


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


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on standard error, if it is a terminal; yield what is told of the progress."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    bars: list[Any] = []

    def tell(stage: str, done: int, total: int) -> None:
        if not bars or bars[-1].label != stage:
            bars.append(click.progressbar(length=max(total, 1), label=stage, file=sys.stderr))
        bars[-1].update(done - bars[-1].pos)

    yield tell
    if bars:
        bars[-1].render_finish()


@click.group(short_help="Keep the same graph in a Neo4j, prove it, read it back.")
def mirror() -> None:
    """Keep the same graph in a Neo4j (bolt://, neo4j://, or with +s encrypted), prove it equal, and read it back.

    User and password come from the options, from MULTILATERAL_NEO4J_USER and MULTILATERAL_NEO4J_PASSWORD, or from a
    prompt. Other data in the same database stay untouched.
    """


@mirror.command(short_help="Send what the mirror does not hold yet.")
@click.argument("url", required=False)
@click.option(
    "--offline",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write files for Neo4j's importer into a new folder, and print its command line.",
)
@click.option("--all", "everything", is_flag=True, help="Compare every row, and repair what was changed in the mirror.")
@connection_options
@click.pass_obj
def push(store: Path, url: str | None, offline: Path | None, everything: bool, sign_in: dict[str, str | None]) -> None:
    """Send what the store holds and the mirror does not, and take away what the store no longer holds.

    A push that was cut off is finished by the next one.

    \b
    Examples:
      multilateral mirror push bolt://localhost:7687
      multilateral mirror push --offline import/
    """
    from ..graph.store import Store

    truth = Store.open(store)
    if offline is not None and url is None:
        from ..graph.mirror.offline import write_files

        with _bar() as tell:
            written = write_files(truth, offline, database=sign_in["database"] or "neo4j", progress=tell)
        click.echo(
            f"{written} Import them where the Neo4j is, while it is stopped, into a database that is not there yet:"
        )
        click.echo(written.command)
        return
    if url is None or offline is not None:
        raise click.UsageError("Give the URL of a Neo4j, or --offline and a folder.")
    from ..graph.mirror.push import push as send

    with connected(url, sign_in) as server, _bar() as tell:
        report = send(truth, server, everything=everything, progress=tell)
    click.echo(str(report))


@mirror.command(short_help="Compare the mirror with the store, property by property.")
@click.argument("url")
@connection_options
@click.pass_obj
def check(store: Path, url: str, sign_in: dict[str, str | None]) -> None:
    """Compare every thing and every link in the mirror with the store, property by property.

    Names each difference: missing there, extra there, or changed with the value here and there; the first hundred and
    a count. The exit status is 1 if there is any.

    \b
    Example:
      multilateral mirror check bolt://localhost:7687
    """
    from ..graph.mirror.check import check as compare
    from ..graph.store import Store

    truth = Store.open(store)
    with connected(url, sign_in) as server, _bar() as tell:
        report = compare(truth, server, progress=tell)
    for difference in report.differences:
        click.echo(str(difference))
    if report.same:
        click.echo(f"The mirror holds the same: {report.compared:,} nodes and relationships compared.")
        return
    more = f", the first {len(report.differences):,} differences named" if report.differing > 100 else ""
    click.echo(
        f"{report.differing:,} of {report.compared:,} nodes and relationships differ{more}; "
        f"`multilateral mirror push --all {url}` sends what is missing or changed.",
        err=True,
    )
    sys.exit(1)


@mirror.command(short_help="Read the mirror back into the store.")
@click.argument("url")
@connection_options
@click.pass_obj
def pull(store: Path, url: str, sign_in: dict[str, str | None]) -> None:
    """Read sources and decisions back into the store, which is made where there is none.

    What the store holds already is left as it is, and sources that only the store has stay.

    \b
    Example:
      multilateral --store copy.db mirror pull bolt://localhost:7687
    """
    from ..graph.mirror.pull import pull as read_back

    with connected(url, sign_in) as server, _bar() as tell:
        report = read_back(store, server, progress=tell)
    click.echo(str(report))


def on_option(function: F) -> F:
    """Add ``--on URL`` and what goes with it: a question is put to a Neo4j instead of the embedded graph."""
    with_sign_in = connection_options(function)
    return click.option("--on", "on", metavar="URL", help="Ask this Neo4j, to which the graph was pushed.")(
        with_sign_in
    )


commands = {"mirror": mirror}
