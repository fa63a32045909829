"""``mirror``: the same graph in a Neo4j or a SPARQL service, proven equal, and read back."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .sign_in import connected, is_service, mirror_options, service
from .sign_in import connection_options as connection_options
from .sign_in import on_option as on_option
from .sign_in import signed_in as signed_in

if TYPE_CHECKING:
    from ..graph.store import Store


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


@click.group(short_help="Keep the same graph in a Neo4j or a SPARQL service, prove it, read it back.")
def mirror() -> None:
    """Keep the same graph in a Neo4j or a SPARQL service, prove it equal, and read it back.

    The URL is that of a Neo4j (bolt://, neo4j://, or with +s encrypted) or of a SPARQL service (http://, https://: the
    URL at which it answers queries). User and password come from the options, from MULTILATERAL_NEO4J_USER and
    MULTILATERAL_NEO4J_PASSWORD for a Neo4j, from MULTILATERAL_SPARQL_USER and MULTILATERAL_SPARQL_PASSWORD (or a token
    from MULTILATERAL_SPARQL_TOKEN) for a service, or from a prompt. Other data there stay untouched.
    """


@mirror.command(short_help="Send what the mirror does not hold yet.")
@click.argument("url", required=False)
@click.option(
    "--offline",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write files for Neo4j's importer into a new folder, and print its command line.",
)
@click.option(
    "--all", "everything", is_flag=True, help="Compare everything, and repair what was changed in the mirror."
)
@mirror_options
@click.pass_obj
def push(store: Path, url: str | None, offline: Path | None, everything: bool, sign_in: dict[str, str | None]) -> None:
    """Send what the store holds and the mirror does not, and take away what the store no longer holds.

    A push that was cut off is finished by the next one.

    \b
    Examples:
      multilateral mirror push bolt://localhost:7687
      multilateral mirror push http://localhost:3030/ds/sparql
      multilateral mirror push https://example.org/query --update-url https://example.org/update
      multilateral mirror push --offline import/
    """
    from ..graph.store import Store

    if offline is not None and url is not None:
        kind = "a SPARQL service takes no such files" if is_service(url) else "it needs no URL"
        raise click.UsageError(f"--offline writes files for Neo4j's importer: {kind}; give the URL or --offline.")
    if offline is not None:
        _offline(Store.open(store), offline, sign_in["database"])
        return
    if url is None:
        raise click.UsageError("Give the URL of a Neo4j or of a SPARQL service, or --offline and a folder.")
    truth = Store.open(store)
    report: Any
    if is_service(url):
        from ..graph.remote.push import push as send_triples

        with service(url, sign_in) as there, _bar() as tell:
            report = send_triples(truth, there, everything=everything, progress=tell)
    else:
        from ..graph.mirror.push import push as send

        with connected(url, sign_in) as server, _bar() as tell:
            report = send(truth, server, everything=everything, progress=tell)
    click.echo(str(report))


def _offline(truth: Store, folder: Path, database: str | None) -> None:
    from ..graph.mirror.offline import write_files

    with _bar() as tell:
        written = write_files(truth, folder, database=database or "neo4j", progress=tell)
    click.echo(f"{written} Import them where the Neo4j is, while it is stopped, into a database that is not there yet:")
    click.echo(written.command)


@mirror.command(short_help="Compare the mirror with the store, value by value.")
@click.argument("url")
@mirror_options
@click.pass_obj
def check(store: Path, url: str, sign_in: dict[str, str | None]) -> None:
    """Compare all that the mirror holds with the store: in a Neo4j every property, in a SPARQL service every triple.

    Names each difference: missing there, extra there, or changed with the value here and there; the first hundred and
    a count. The exit status is 1 if there is any.

    \b
    Examples:
      multilateral mirror check bolt://localhost:7687
      multilateral mirror check http://localhost:3030/ds/sparql
    """
    from ..graph.store import Store

    truth = Store.open(store)
    if is_service(url):
        from ..graph.remote.check import check as compare_triples

        what = "triples"
        with service(url, sign_in) as there, _bar() as tell:
            report = compare_triples(truth, there, progress=tell)
    else:
        from ..graph.mirror.check import check as compare

        what = "nodes and relationships"
        with connected(url, sign_in) as server, _bar() as tell:
            report = compare(truth, server, progress=tell)
    for difference in report.differences:
        click.echo(str(difference))
    if report.same:
        click.echo(f"The mirror holds the same: {report.compared:,} {what} compared.")
        return
    more = f", the first {len(report.differences):,} differences named" if report.differing > 100 else ""
    click.echo(
        f"{report.differing:,} of {report.compared:,} {what} differ{more}; "
        f"`multilateral mirror push --all {url}` sends what is missing or changed.",
        err=True,
    )
    sys.exit(1)


@mirror.command(short_help="Read the mirror back into the store.")
@click.argument("url")
@mirror_options
@click.pass_obj
def pull(store: Path, url: str, sign_in: dict[str, str | None]) -> None:
    """Read sources and decisions back into the store, which is made where there is none.

    What the store holds already is left as it is, and sources that only the store has stay.

    \b
    Examples:
      multilateral --store copy.db mirror pull bolt://localhost:7687
      multilateral --store copy.db mirror pull http://localhost:3030/ds/sparql
    """
    if is_service(url):
        from ..graph.remote.pull import pull as read_triples

        with service(url, sign_in) as there, _bar() as tell:
            report = read_triples(store, there, progress=tell)
    else:
        from ..graph.mirror.pull import pull as read_back

        with connected(url, sign_in) as server, _bar() as tell:
            report = read_back(store, server, progress=tell)
    click.echo(str(report))


commands = {"mirror": mirror}
