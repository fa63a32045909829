"""``analyze``: network analyses with their definitions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .options import name_value, opened, rows_options, selection_options
from .output import write_rows
from .progress import working


def _complete_analyses(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from ..graph.analysis.registry import analyses

    return [name for name in analyses() if name.startswith(incomplete)]


@click.command(short_help="Run a network analysis: centrality, brokers, communities …")
@click.argument("name", required=False, shell_complete=_complete_analyses)
@click.option(
    "-p", "options", multiple=True, metavar="NAME=VALUE", callback=name_value, help="An option of the analysis."
)
@click.option("--show", "show_", is_flag=True, help="Print definition, references and options; run nothing.")
@selection_options
@rows_options
@click.pass_obj
def analyze(
    store: Path,
    name: str | None,
    options: dict[str, str],
    show_: bool,
    selection: dict[str, Any],
    format_: str,
    lang: str,
) -> None:
    """Run a network analysis on the selected links. Without a name, list the analyses.

    \b
    Examples:
      multilateral analyze
      multilateral analyze centrality -p measure=betweenness -p limit=10 --type Organization
      multilateral analyze brokers --show
    """
    from ..graph.analysis.registry import analyses
    from ..graph.analysis.registry import run as check

    if name is None:
        rows = [
            {"name": a.name, "title": a.title, "options": ", ".join(p.name for p in a.parameters)}
            for a in analyses().values()
        ]
        write_rows(["name", "title", "options"], rows, format_)
        return
    if name not in analyses():
        import networkx as nx

        check(name, nx.MultiDiGraph())  # raises, with the nearest name
    if show_:
        _print_analysis(analyses()[name])
        return
    graph = opened(store)
    with working("Analysing"):
        result = graph.analyze(name, lang=lang, selection=selection, **options)
    for key, value in result.summary.items():
        click.echo(f"{key}: {value}", err=True)
    write_rows([c.name for c in result.columns], result.rows, format_)
    for note in result.notes:
        click.echo(f"Note: {note}", err=True)


def _print_analysis(analysis: Any) -> None:
    click.secho(analysis.title, bold=True)
    click.echo(f"{analysis.description}\n\nDefinition: {analysis.definition}")
    for reference in analysis.references:
        click.echo(f"  {reference}")
    click.echo("\nOptions:")
    for p in analysis.parameters:
        choices = f" ({', '.join(p.choices)})" if p.choices else ""
        default = "required" if p.required else f"default {p.default}"
        click.echo(f"  {p.name} ({p.kind}, {default}): {p.help}{choices}")
    click.echo("\nColumns:")
    for c in analysis.columns:
        click.echo(f"  {c.name}: {c.definition}" + (f" [{c.unit}]" if c.unit else ""))


commands = {"analyze": analyze}
