"""The command ``multilateral``: a group whose commands are imported when they are called."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from .. import __version__
from .options import StoreType

#: Each command, the module that holds it, and the line that the help shows without importing it.
COMMANDS = {
    "load": ("load", "Read files, folders or URLs into the graph."),
    "sources": ("load", "List what is loaded, with licence and version."),
    "forget": ("load", "Take a source out again."),
    "status": ("look", "Count things, links and sources, and what is undated."),
    "validate": ("look", "Say which record of which source breaks which rule."),
    "find": ("look", "Find things by name, acronym or identifier."),
    "show": ("look", "Show all that is known of one thing, with sources."),
    "explain": ("look", "Show how two things hang together, step by step."),
    "query": ("ask", "Run a canned question; without a name list them."),
    "sparql": ("ask", "Run a SPARQL query of your own (read-only)."),
    "cypher": ("ask", "Run a Cypher query of your own (read-only)."),
    "analyze": ("analyze", "Run a network analysis: centrality, brokers, communities …"),
    "map": ("draw", "Write an interactive map as one offline HTML file."),
    "export": ("draw", "Write the graph in a format that other programs read."),
    "mirror": ("mirror", "Keep the same graph in a Neo4j or a SPARQL service, prove it, read it back."),
    "reconcile": ("reconcile", "Decide which things of different sources are one."),
    "serve": ("serve", "Offer the graph as pages in a browser and as a SPARQL endpoint."),
    "completion": ("completion", "Print the script that completes commands in your shell."),
}


#: Commands that write to the store, or serve its files: a SPARQL service cannot stand in its place.
ONLY_FOLDERS = ("load", "forget", "mirror", "reconcile", "serve")
#: Whether the help of a command is asked for, among what Click keeps of a call.
_HELP = f"{__name__}.help"


class Commands(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a session's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f".{COMMANDS[cmd_name][0]}", __package__)
        command: click.Command = module.commands[cmd_name]
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, suggesting a near one for a name that does not exist."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`multilateral --help` lists them."
            ctx.fail(f"There is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn an error of ours into one sentence and the exit status 1, wrong usage into 2."""
        from ..ontology.errors import BadParameter, MultilateralError

        ctx.meta[_HELP] = bool({"-h", "--help"} & {*ctx.args})
        try:
            return super().invoke(ctx)
        except BadParameter as error:
            raise Misuse(str(error)) from error
        except MultilateralError as error:
            raise click.ClickException(str(error)) from error


class Misuse(click.ClickException):
    """Wrong usage that only our own checks notice: an unknown question, an impossible date."""

    exit_code = 2


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--store",
    type=StoreType(),
    envvar="MULTILATERAL_STORE",
    default="multilateral.db",
    show_default=True,
    show_envvar=True,
    help="The folder that holds the graph; for commands that only read, also the URL of a SPARQL service.",
)
@click.version_option(__version__, prog_name="multilateral", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, store: Path | str) -> None:
    """Keep and question a knowledge graph of international cooperation in which every link cites its source.

    \b
    First steps:
      multilateral load five-documents
      multilateral find OIE
      multilateral query partners-of -p org=OIE
      multilateral explain OIE UNICRI
      multilateral map -o map.html
    """
    command = ctx.invoked_subcommand
    if isinstance(store, str) and command in ONLY_FOLDERS and not ctx.meta[_HELP]:
        raise Misuse(
            f"`{command}` needs a store in a folder, and --store is the URL of a SPARQL service, which is only read; "
            "give a folder, and send it there with `mirror push`."
        )
    ctx.obj = store


def main() -> None:
    """Run the command line."""
    try:
        cli(prog_name="multilateral")
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing more to say, and nothing to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
