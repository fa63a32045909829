"""``query``, ``sparql`` and ``cypher``: asking the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .mirror import on_option, signed_in
from .options import name_value, opened, rows_options
from .output import write_rows
from .progress import working


def _complete_questions(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from ..queries.catalogue import catalogue

    return [name for name in catalogue() if name.startswith(incomplete)]


@click.command(short_help="Run a canned question; without a name list them.")
@click.argument("name", required=False, shell_complete=_complete_questions)
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", callback=name_value, help="A parameter.")
@click.option(
    "--engine", type=click.Choice(["sparql", "cypher"]), default="sparql", show_default=True, help="Which text to run."
)
@on_option
@click.option("--show", "show_", is_flag=True, help="Print the question, its parameters and both texts; run nothing.")
@rows_options
@click.pass_obj
def query(
    store: Path,
    name: str | None,
    parameters: dict[str, str],
    engine: Any,
    on: str | None,
    sign_in: dict[str, str | None],
    show_: bool,
    format_: str,
    lang: str,
) -> None:
    """Run a canned question. Without a name, list the questions.

    A thing may be given by name, acronym, identifier or IRI, in any language.

    \b
    Examples:
      multilateral query
      multilateral query partners-of -p org=UNICRI
      multilateral query partners-of --show
    """
    from ..queries.catalogue import catalogue

    if name is None:
        rows = [
            {"name": q.name, "question": q.title[lang], "parameters": ", ".join(_signature(p) for p in q.parameters)}
            for q in catalogue().values()
        ]
        write_rows(["name", "question", "parameters"], rows, format_)
        return
    asked = catalogue()[name]
    if show_:
        _print_question(asked, lang)
        return
    from ..queries.runner import cell_text

    if on is not None and engine != "cypher":
        raise click.UsageError("A Neo4j is asked in Cypher; add --engine cypher to --on.")
    graph = opened(store)
    with working("Asking"):
        if on is None:
            answer = graph.answer(name, parameters, engine=engine, lang=lang)
        else:
            from ..graph.mirror.remote_cypher import RemoteCypher
            from ..queries.engines import CypherEngine

            with RemoteCypher(signed_in(on, sign_in)) as remote:
                answer = graph.answer(name, parameters, engine=CypherEngine(remote.rows), lang=lang)
    if format_ in ("table", "markdown"):  # for people: relations and states in words, and no IRIs of links
        shown = [c for c in answer.columns if c.type != "link"]
        rows = [{c.name: cell_text(c, row[c.name], lang) for c in shown} for row in answer.rows]
        write_rows([c.name for c in shown], rows, format_, [c.label[lang] for c in shown])
    else:
        write_rows([c.name for c in answer.columns], answer.rows, format_)


def _signature(parameter: Any) -> str:
    return parameter.name if parameter.required else f"[{parameter.name}]"


def _print_question(asked: Any, lang: str) -> None:
    click.secho(asked.title[lang], bold=True)
    click.echo(asked.purpose[lang])
    click.echo("\nParameters:")
    for p in asked.parameters:
        default = "required" if p.required else f"default {p.default}" if p.default is not None else "optional"
        click.echo(f"  {p.name} ({p.type}, {default}): {p.help[lang]}")
    click.echo("\nColumns:")
    for c in asked.columns:
        unit = f" [{c.unit}]" if c.unit else ""
        click.echo(f"  {c.name} ({c.type}): {c.label[lang]}{unit}")
    click.echo(f"\n# SPARQL\n{asked.sparql.strip()}\n\n# Cypher\n{asked.cypher.strip()}")


def _text(text: str | None, file: Any) -> str:
    if (text is None) == (file is None):
        raise click.UsageError("Give the query as one argument, or name its file with -f (- for standard input).")
    return text if text is not None else str(file.read())


def _text_arguments(function: Any) -> Any:
    read = click.option(
        "-f", "--file", type=click.File(encoding="utf-8"), help="Read the query from a file; - is stdin."
    )
    return click.argument("text", required=False)(read(function))


@click.command(short_help="Run a SPARQL query of your own (read-only).")
@_text_arguments
@rows_options
@click.pass_obj
def sparql(store: Path, text: str | None, file: Any, format_: str, lang: str) -> None:
    """Run a SPARQL 1.1 query that reads. The prefixes ml, id, skos, dcterms, rdf, rdfs, prov … are known.

    The default graph is the union of all sources; each source is also a named graph.

    \b
    Example:
      multilateral sparql "SELECT ?name WHERE { ?org a ml:UNBody ; skos:prefLabel ?name }"
    """
    asked = _text(text, file)
    graph = opened(store)
    with working("Asking"):
        columns, rows = graph.rows_of(asked)
    write_rows(columns, rows, format_)


@click.command(short_help="Run a Cypher query of your own (read-only).")
@_text_arguments
@on_option
@rows_options
@click.pass_obj
def cypher(
    store: Path,
    text: str | None,
    file: Any,
    on: str | None,
    sign_in: dict[str, str | None],
    format_: str,
    lang: str,
) -> None:
    """Run a Cypher query that reads, on the embedded property graph or on the Neo4j given by --on.

    A node is a thing with its classes as labels; a relationship is a link, such as FUNDS or MEMBER_OF, with its
    qualifiers and the lists documents, locators, quotes, certainties and methods.

    \b
    Example:
      multilateral cypher "MATCH (a)-[r:FUNDS]->(b) RETURN a.name, b.name, r.documents, r.locators"
    """
    asked = _text(text, file)
    with working("Asking"):
        if on is None:
            columns, rows = opened(store).reader.property_graph.rows(asked)
        else:
            from ..graph.mirror.remote_cypher import RemoteCypher

            with RemoteCypher(signed_in(on, sign_in)) as remote:
                columns, rows = remote.rows(asked)
    write_rows(columns, rows, format_)


commands = {"query": query, "sparql": sparql, "cypher": cypher}
