"""Write the pages of docs/ that are made from the code: commands, questions, analyses, tables. Run by ``make docs``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from multilateral.cli.main import COMMANDS, cli
from multilateral.graph.analysis.registry import analyses
from multilateral.loaders.rdf_terms import with_mapping
from multilateral.loaders.table_columns import with_columns
from multilateral.queries.documentation import document as questions

HERE = Path(__file__).parent


def commands() -> str:
    """Return the page of all commands: the help of each, as it is printed."""
    parts = ["# Commands", "", "Made from the program's own help by `make docs`.", ""]
    context = click.Context(cli, info_name="multilateral", help_option_names=["-h", "--help"], terminal_width=100)
    parts += ["```", cli.get_help(context), "```", ""]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, terminal_width=100)
        parts += [f"## {name}", "", "```", command.get_help(inner), "```", ""]
        if isinstance(command, click.Group):
            for below in command.list_commands(inner):
                one = command.get_command(inner, below)
                assert one is not None
                text = one.get_help(click.Context(one, info_name=below, parent=inner, terminal_width=100))
                parts += [f"### {name} {below}", "", "```", text, "```", ""]
    return "\n".join(parts)


def analysis_page() -> str:
    """Return the page of all analyses: definition, sources, options and columns."""
    parts = ["# Analyses", "", "`multilateral analyze NAME -p option=value`. Made from the code by `make docs`.", ""]
    for analysis in analyses().values():
        parts += [f"## {analysis.name}: {analysis.title}", "", analysis.description, ""]
        parts += [f"**Definition.** {analysis.definition}", "", *(f"- {r}" for r in analysis.references), ""]
        parts += ["| option | default | meaning |", "| --- | --- | --- |"]
        for p in analysis.parameters:
            choices = f" ({', '.join(p.choices)})" if p.choices else ""
            parts.append(f"| {p.name} | {'required' if p.required else p.default} | {p.help}{choices} |")
        parts += ["", "| column | meaning | unit |", "| --- | --- | --- |"]
        parts += [f"| {c.name} | {c.definition} | {c.unit} |" for c in analysis.columns]
        parts.append("")
    return "\n".join(parts)


def tables() -> str:
    """Return the page of the table format: written by hand, but for the columns."""
    return with_columns((HERE / "tables.md").read_text(encoding="utf-8"))


def rdf() -> str:
    """Return the page of the loader of RDF: written by hand, but for the mapping."""
    return with_mapping((HERE / "loaders-rdf.md").read_text(encoding="utf-8"))


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "questions.md": questions,
    "analyses.md": analysis_page,
    "tables.md": tables,
    "loaders-rdf.md": rdf,
}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page().rstrip() + "\n", encoding="utf-8")
        click.echo(f"Wrote docs/{name}")
