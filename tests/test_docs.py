"""The documentation says what the code does: pages made from code are current, and the README's commands run."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from multilateral.cli.main import COMMANDS, cli

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def generated() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["commands.md", "questions.md", "analyses.md", "tables.md", "loaders-rdf.md"])
def test_pages_made_from_code_are_current(name: str) -> None:
    page = generated().PAGES[name]().rstrip() + "\n"
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page, "run `make docs`"


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"\n## {name}\n" not in page] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    broken = [
        target
        for target in re.findall(r"\]\(([^)#\s]+)", text)
        if not target.startswith(("http://", "https://")) and not (page.parent / target).exists()
    ]
    assert broken == []


def commands(text: str) -> list[list[str]]:
    """Return the command lines of a page that call the program, as words."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("    multilateral ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_the_commands_of_the_readme_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = commands(README)
    assert len(found) > 10
    for words in found:
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == 0, (words, result.stderr)


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 1
    exec(compile(blocks[0], "README.md", "exec"), {})


def test_the_examples_in_the_help_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example is either run or a completion line for a shell; none asks for a file that is not there."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, ["load", "five-documents"]).exit_code == 0
    ran = 0
    for name in COMMANDS:
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        for line in (command.help or "").splitlines():
            if not line.strip().startswith("multilateral ") or ">" in line or name in NEED_A_SERVER:
                continue
            words = shlex.split(line.strip())[1:]
            if any(word.startswith(("my-", "coding.xlsx")) for word in words) and "--template" not in words:
                continue  # a file of the user's own
            if "--undo" in words:
                continue  # a decision on things that the facts that ship do not hold
            result = CliRunner().invoke(cli, words)
            assert result.exit_code == 0, (words, result.stderr)
            ran += 1
    assert ran > 15


#: Commands whose examples name a server that this test does not start; their own tests start one.
NEED_A_SERVER = ("mirror", "serve")


def test_no_sentence_of_a_machine_or_a_registry_is_shipped() -> None:
    """No path of a machine and no host of a package registry stands in a file."""
    names = re.compile(
        "|".join([r"/root/", r"/home/\w", "pypi" + r"\.org", "registry" + r"\.npmjs", "repo1" + r"\.maven"])
    )
    texts = [p for p in ROOT.rglob("*") if p.suffix in {".py", ".md", ".toml", ".yaml", ".ttl", ".js", ".j2", ".csv"}]
    kept = [p for p in texts if not set(p.relative_to(ROOT).parts) & {".venv", ".tools", "demo", "build", ".git"}]
    assert [
        str(p.relative_to(ROOT)) for p in kept if p.name != "test_docs.py" and names.search(p.read_text("utf-8"))
    ] == []
