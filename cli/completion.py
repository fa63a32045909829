"""``completion``: the script that completes commands, options and names in a shell."""

from __future__ import annotations

import click


@click.command(short_help="Print the script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, sources and names of things.

    \b
    Examples:
      multilateral completion bash >> ~/.bashrc
      multilateral completion fish > ~/.config/fish/completions/multilateral.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.ClickException(f"There is no completion for {shell}.")
    click.echo(made(ctx.find_root().command, {}, "multilateral", "_MULTILATERAL_COMPLETE").source())


commands = {"completion": completion}
