"""``map`` and ``export``: what leaves the store as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .options import complete_entities, lang_option, name_value, opened, selection_options
from .progress import working


@click.command("map", short_help="Write an interactive map as one offline HTML file.")
@click.option(
    "--focus", metavar="ENTITY", shell_complete=complete_entities, help="Show only what lies near this thing."
)
@click.option(
    "--depth", type=click.IntRange(1), default=1, show_default=True, help="How many links away from the focus."
)
@click.option("--query", "question", metavar="NAME", help="Show the links that a canned question answers with.")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", callback=name_value, help="A parameter of it.")
@click.option("--title", help="The heading of the page.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default="map.html",
    show_default=True,
    help="The file to write.",
)
@selection_options
@lang_option
@click.pass_obj
def map_(
    store: Path,
    focus: str | None,
    depth: int,
    question: str | None,
    parameters: dict[str, str],
    title: str | None,
    output: Path,
    selection: dict[str, Any],
    lang: str,
) -> None:
    """Write an interactive map as one HTML file that needs no network: click a link to see where it is written.

    \b
    Examples:
      multilateral map -o all.html
      multilateral map --focus UNICRI --depth 2 -o unicri.html
      multilateral map --query partners-of -p org=WIPO -o partners.html
    """
    graph = opened(store)
    with working("Drawing"):
        only = None
        if question is not None:
            answer = graph.answer(question, parameters, lang=lang)
            only = {str(row["link"]) for row in answer.rows if row.get("link")}
            if not only:
                raise click.ClickException(
                    f"The question {question!r} answers with no links, so there is nothing to draw."
                )
        page = graph.map(focus=focus, depth=depth, only=only, title=title, lang=lang, **selection)
        try:
            page.save(output)
        except OSError as error:
            raise click.ClickException(
                f"Cannot write {output}: {error.strerror}; name another file with -o."
            ) from error
    click.echo(f"Wrote {output}; open it in a browser.")
    if page.note is not None:
        click.echo(f"Note: {page.note}", err=True)


def _complete_formats(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from ..graph.export import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


@click.command(short_help="Write the graph in a format that other programs read.")
@click.option(
    "--to",
    required=True,
    metavar="FORMAT",
    shell_complete=_complete_formats,
    help="turtle, nquads, jsonld, graphml, gexf, csv (nodes and links) or cytoscape.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The file, or folder for csv.")
@selection_options
@click.pass_obj
def export(store: Path, to: str, output: Path, selection: dict[str, Any]) -> None:
    """Write the graph in a format that other programs read; each link keeps its identity, qualifiers and sources.

    \b
    Examples:
      multilateral export --to graphml -o graph.graphml --type Organization
      multilateral export --to csv -o tables/
    """
    from ..graph.selection import left_out

    graph = opened(store)
    with working("Writing"):
        report = graph.export(to, output, **selection)
    counts = report.counts
    click.echo(f"Wrote {counts.things} things and {counts.links} links to {output}.")
    if (note := left_out(counts.undated, counts.open)) is not None:
        click.echo(f"Note: {note}", err=True)


commands = {"map": map_, "export": export}
