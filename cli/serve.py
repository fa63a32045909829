"""``serve``: the graph as a SPARQL endpoint, and as pages for people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click


@click.command(short_help="Offer the graph as pages in a browser and as a SPARQL endpoint.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 is every one.")
@click.option(
    "--token",
    envvar="MULTILATERAL_TOKEN",
    show_envvar=True,
    help="Answer only requests that carry this token; best set in the environment, where others do not see it.",
)
@click.option("--url", metavar="URL", help="The address under which others know the service, behind a proxy.")
@click.option("--behind-proxy", is_flag=True, help="Believe X-Forwarded-For and -Proto of a proxy on this machine.")
@click.option("--timeout", type=click.FloatRange(0.5), metavar="SECONDS", help="Time a query may take.  [default: 15]")
@click.option("--memory", type=click.IntRange(64), metavar="MB", help="Memory a query may take.  [default: 1024]")
@click.option("--max-result", type=click.IntRange(1), metavar="MB", help="Size of a result.  [default: 64]")
@click.option("--max-body", type=click.IntRange(1), metavar="KB", help="Size of a request.  [default: 1024]")
@click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Processes for short queries.  [default: 2 x cores]"
)
@click.option("--long", "long_", type=click.IntRange(1), metavar="N", help="Long queries at a time.  [default: 8]")
@click.option("--log-queries", is_flag=True, help="Write the text of each query into the log, not only a sum of it.")
@click.option("--quiet", is_flag=True, help="Log only what goes wrong.")
@click.pass_obj
def serve(
    store: Path,
    port: int,
    host: str,
    token: str | None,
    url: str | None,
    behind_proxy: bool,
    timeout: float | None,
    memory: int | None,
    max_result: int | None,
    max_body: int | None,
    workers: int | None,
    long_: int | None,
    log_queries: bool,
    quiet: bool,
) -> None:
    """Offer the graph to people, as pages in a browser, and to every program that speaks SPARQL.

    It only reads, and is safe to leave running. At / are the questions as forms, with answers as tables, maps, CSV and
    JSON, and a SPARQL editor; programs ask at /sparql.

    A load, a forgotten source or a decision shows up without a restart. Ctrl-C or SIGTERM ends it in order.

    \b
    Examples:
      multilateral serve
      multilateral serve --host 0.0.0.0 --port 80 --token "$TOKEN"
      curl -G http://127.0.0.1:8080/sparql --data-urlencode 'query=SELECT * { ?s a ml:UNBody }'
    """
    import ipaddress

    from ..graph.names import NameIndex
    from ..graph.store import Store
    from ..queries.endpoint.limits import Limits
    from ..queries.endpoint.server import check_installed
    from ..queries.endpoint.server import serve as run

    check_installed()
    from ..viz.explorer.site import routes

    # A wrong folder is told before anything starts, and the index of names, which suggestions need, is made now where
    # it is missing: a page has a limit of time that this may exceed.
    NameIndex(Store.open(store))
    given = {
        "seconds": timeout,
        "memory": memory,
        "result": max_result,
        "body": max_body,
        "workers": workers,
        "long": long_,
    }
    limits = replace(Limits(), **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    _log_to_stderr(quiet)
    try:
        alone = ipaddress.ip_address(host).is_loopback
    except ValueError:
        alone = host == "localhost"
    if not alone and not token:
        click.echo(f"Warning: everybody who reaches {host} can read this graph; --token asks for a token.", err=True)
    run(
        store,
        host=host,
        port=port,
        limits=limits,
        token=token,
        url=url,
        routes=routes(),
        editor="/editor",
        log_queries=log_queries,
        behind_proxy=behind_proxy,
        listening=lambda address: click.echo(
            f"SPARQL endpoint at {address}/sparql; pages for people at {address}/; Ctrl-C ends it."
        ),
    )


def _log_to_stderr(quiet: bool) -> None:
    import logging
    import sys

    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("multilateral.serve").setLevel(logging.WARNING if quiet else logging.INFO)
    access = logging.getLogger("multilateral.serve.access")  # its lines carry their own time
    bare = logging.StreamHandler(sys.stderr)
    bare.setFormatter(logging.Formatter("%(message)s"))
    access.addHandler(bare)
    access.propagate = False


commands = {"serve": serve}
