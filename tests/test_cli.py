"""The command line as a person meets it: help, answers, errors of one sentence, exit statuses."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from multilateral.cli.main import COMMANDS, cli
from multilateral.cli.options import FORMATS

PROGRAM = [sys.executable, "-c", "from multilateral.cli.main import main; main()"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the facts of the five documents."""
    path = tmp_path_factory.mktemp("cli") / "store"
    assert run(path, "load", "five-documents").exit_code == 0
    return path


def run(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--store", str(store), *arguments])


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, list)
    return found


def sentence(result: Result) -> str:
    """Return the error of a command, which is one line."""
    assert result.exit_code != 0
    error = result.stderr.strip().splitlines()[-1]
    assert error.startswith("Error: ")
    assert "Traceback" not in result.stderr
    return error


# --- help and start-up -------------------------------------------------------------------------------------------


def test_help_lists_every_command() -> None:
    text = CliRunner().invoke(cli, ["--help"]).stdout
    assert [name for name in COMMANDS if f"\n  {name} " not in text] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_matches_the_list(name: str) -> None:
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.short_help == COMMANDS[name][1]
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_help_imports_no_engine() -> None:
    code = (
        "import sys\nfrom multilateral.cli.main import cli\n"
        "try: cli(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'pyoxigraph', 'kglite', 'networkx', 'rdflib', 'pandas', 'pyvis', 'numpy', 'yaml', 'sqlite3'}\n"
        "sys.exit(' '.join(heavy & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_completion_completes_commands_and_questions(store: Path) -> None:
    def complete(words: str) -> str:
        environment = {
            **os.environ,
            "_MULTILATERAL_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
            "MULTILATERAL_STORE": str(store),
        }
        return subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, check=False).stdout

    assert "plain,explain" in complete("multilateral exp")
    assert "plain,partners-of" in complete("multilateral query partn")
    assert "plain,unece-ceci-2007" in complete("multilateral forget unece")
    assert "complete" in CliRunner().invoke(cli, ["completion", "zsh"]).stdout


# --- loading -----------------------------------------------------------------------------------------------------


def test_load_twice_is_load_once(store: Path) -> None:
    before = rows(run(store, "status", "--format", "json"))
    outcome = rows(run(store, "load", "five-documents", "--format", "json"))
    assert {row["outcome"] for row in outcome} == {"unchanged"}
    assert rows(run(store, "status", "--format", "json")) == before


def test_dry_run_stores_nothing(tmp_path: Path) -> None:
    result = run(tmp_path / "new", "load", "five-documents", "--dry-run", "--format", "json")
    assert len(rows(result)) == 25  # five links of each of five documents
    assert "Nothing was stored." in result.stderr
    assert not (tmp_path / "new").exists()


def test_forget_takes_a_source_out(tmp_path: Path) -> None:
    store = tmp_path / "store"
    run(store, "load", "five-documents")
    assert run(store, "forget", "wipo-cdip-24").stdout == "Forgot wipo-cdip-24.\n"
    assert "wipo-cdip-24" not in {row["id"] for row in rows(run(store, "sources", "--format", "json"))}
    asked = "ASK { GRAPH <https://w3id.org/multilateral/id/source/wipo-cdip-24> { ?s ?p ?o } }"
    assert rows(run(store, "sparql", asked, "--format", "json")) == [{"answer": False}]
    assert "loaded are" in sentence(run(store, "forget", "wipo-cdip-24"))


def test_template_is_written_and_loads(tmp_path: Path) -> None:
    template = tmp_path / "coding.xlsx"
    assert run(tmp_path / "store", "load", "--template", str(template)).exit_code == 0
    assert rows(run(tmp_path / "store", "load", str(template), "--format", "json"))[0]["outcome"] == "new"
    assert "already" in sentence(run(tmp_path / "store", "load", "--template", str(template)))


def test_load_needs_something_to_load(tmp_path: Path) -> None:
    result = run(tmp_path / "store", "load")
    assert result.exit_code == 2
    assert "Name at least one" in sentence(result)


# --- looking -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["UNICRI", "unicri", "Institut interregional de recherche des Nations Unies"])
def test_find_forgives(store: Path, text: str) -> None:
    found = rows(run(store, "find", text, "--format", "json"))[0]["thing"]
    assert isinstance(found, dict)
    assert found["id"] == "unicri"
    assert set(found) == {"id", "iri", "name", "type"}


def test_find_answers_in_french(store: Path) -> None:
    found = rows(run(store, "find", "tachknt", "--lang", "fr", "--format", "json"))[0]["thing"]
    assert isinstance(found, dict)
    assert found["name"] == "Tachkent"


def test_show_cites_document_and_paragraph(store: Path) -> None:
    links = rows(run(store, "show", "UNICRI", "--format", "json"))
    assert len(links) == 13
    assert all(link["document"]["id"] == "doc-004" and link["locator"] for link in links)  # type: ignore[index]
    text = run(store, "show", "UNICRI").stdout
    assert "Wikidata" in text
    assert "Background paper" in text


def test_explain_names_every_step_with_its_paragraph(store: Path) -> None:
    steps = rows(run(store, "explain", "OIE", "UNICRI", "--format", "json"))
    chains = {step["chain"] for step in steps}
    assert 0 not in chains  # no direct link
    way = [(step["start"]["id"], step["end"]["id"]) for step in steps if step["locator"] in ("17", "22")]  # type: ignore[index]
    assert ("oie", "oms") in way
    assert ("oms", "centres-cbrn") in way
    assert "No direct link." in run(store, "explain", "OIE", "UNICRI").stdout


def test_selections_mean_the_same_everywhere(store: Path) -> None:
    shown = rows(run(store, "show", "UNICRI", "--as-of", "2010", "--format", "json"))
    assert {link["from"] for link in shown} == {"2010"}
    for command in (["show", "UNICRI"], ["explain", "OIE", "UNICRI"], ["map"], ["analyze", "core"]):
        for wrong in (["--as-of", "2010-13"], ["--relation", "loves"], ["--type", "Planet"], ["--source", "nowhere"]):
            result = run(store, *command, *wrong)
            assert result.exit_code == 2, (command, wrong)
            assert wrong[1] in sentence(result)


def test_status_counts(store: Path) -> None:
    counted = {row["what"]: row["count"] for row in rows(run(store, "status", "--format", "json"))}
    assert (counted["sources"], counted["things"], counted["links"]) == (5, 651, 1330)
    assert counted["things that links name and no source describes"] == 0


def test_validate_finds_nothing_in_what_ships(store: Path) -> None:
    result = run(store, "validate")
    assert (result.exit_code, result.stdout) == (0, "Every record keeps every rule.\n")


# --- asking ------------------------------------------------------------------------------------------------------


def test_a_question_gives_the_same_rows_on_both_engines_and_in_every_format(store: Path) -> None:
    asked = ["query", "partners-of", "-p", "org=UNICRI"]
    found = rows(run(store, *asked, "--format", "json"))
    assert found == rows(run(store, *asked, "--engine", "cypher", "--format", "json"))
    assert [json.loads(line) for line in run(store, *asked, "--format", "jsonl").stdout.splitlines()] == found
    for format_, delimiter in (("csv", ","), ("tsv", "\t")):
        read = list(csv.DictReader(io.StringIO(run(store, *asked, "--format", format_).stdout), delimiter=delimiter))
        assert len(read) == len(found)
        assert list(read[0]) == list(found[0])
    assert len(run(store, *asked, "--format", "markdown").stdout.splitlines()) == len(found) + 2
    assert set(FORMATS) == {"table", "csv", "tsv", "json", "jsonl", "markdown"}


def test_query_lists_and_shows_questions(store: Path) -> None:
    names = [row["name"] for row in rows(run(store, "query", "--format", "json"))]
    assert "partners-of" in names
    text = run(store, "query", "partners-of", "--show").stdout
    assert "# SPARQL" in text
    assert "# Cypher" in text
    french = rows(run(store, "query", "--lang", "fr", "--format", "json"))
    assert french[0]["question"] != rows(run(store, "query", "--format", "json"))[0]["question"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["query", "partner-of"], 2, "partners-of"),
        (["query", "partners-of"], 2, "org"),
        (["query", "partners-of", "-p", "org"], 2, "name=value"),
        (["query", "partners-of", "-p", "org=Organistion mondiale"], 1, "did you mean"),
        (["query", "partners-of", "-p", "org=UNICRI", "-p", "from=2012-13"], 2, "2012-13"),
        (["sparql", "SELECT * WHERE { ?s ?p"], 1, "line 1"),
        (["sparql", "DELETE WHERE { ?s ?p ?o }"], 1, "only reads"),
        (["cypher", "MATCH (n RETURN n"], 1, "Cypher text is wrong"),
        (["cypher", "CREATE (n:X)"], 1, "only reads"),
        (["sparql"], 2, "-f"),
        (["analyze", "centralty"], 2, "centrality"),
        (["analyze", "centrality", "-p", "measure=fame"], 2, "fame"),
        (["export", "--to", "word", "-o", "x"], 2, "turtle"),
        (["explian", "a", "b"], 2, "explain"),
        (["show", "zzzz"], 1, "zzzz"),
        (["map", "-o", "/nowhere/map.html"], 1, "/nowhere/map.html"),
    ],
)
def test_mistakes_are_told_in_one_sentence(store: Path, arguments: list[str], status: int, said: str) -> None:
    result = run(store, *arguments)
    assert result.exit_code == status, result.stderr
    assert said in sentence(result)


def test_ambiguous_names_list_what_tells_the_candidates_apart(tmp_path: Path) -> None:
    table = tmp_path / "two"
    table.mkdir()
    (table / "entities.csv").write_text(
        "id,class,name_en,acronym\nwco,IntergovernmentalOrganization,World Customs Organization,OMD\n"
        "mdg,Programme,Millennium Development Goals,OMD\nd,Document,A list,\n",
        encoding="utf-8",
    )
    (table / "links.csv").write_text(
        "source,relation,target,document,locator\nwco,implements,mdg,d,1\n", encoding="utf-8"
    )
    assert run(tmp_path / "store", "load", str(table)).exit_code == 0
    result = run(tmp_path / "store", "show", "OMD")
    assert result.exit_code == 1
    for part in (
        "wco: World Customs Organization (intergovernmental organization",
        "mdg: Millennium Development Goals",
    ):
        assert part in result.stderr


def test_a_store_that_is_none_is_told(tmp_path: Path) -> None:
    assert "makes one" in sentence(run(tmp_path / "none", "status"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    assert "not a store" in sentence(run(tmp_path / "other", "status"))
    assert "not a store" in sentence(run(tmp_path / "other", "load", "five-documents"))
    assert (tmp_path / "other" / "thesis.txt").read_text() == "mine"
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "store.json").write_text('{"format": 99}')
    assert "upgrade" in sentence(run(tmp_path / "newer", "status"))


def test_map_and_export_say_where(store: Path, tmp_path: Path) -> None:
    page = tmp_path / "map.html"
    assert str(page) in run(store, "map", "--focus", "UNICRI", "-o", str(page)).stdout
    assert "UNICRI" in page.read_text(encoding="utf-8")
    only = tmp_path / "partners.html"
    assert run(store, "map", "--query", "partners-of", "-p", "org=UNICRI", "-o", str(only)).exit_code == 0
    assert only.stat().st_size < page.stat().st_size
    graph = tmp_path / "graph.graphml"
    assert "1330 links" in run(store, "export", "--to", "graphml", "-o", str(graph)).stdout


def test_analyze_gives_rows_and_definitions(store: Path) -> None:
    found = rows(run(store, "analyze", "centrality", "-p", "limit=3", "--type", "Organization", "--format", "json"))
    assert [row["rank"] for row in found] == [1, 2, 3]
    assert set(found[0]["entity"]) == {"id", "iri", "name", "type"}  # type: ignore[call-overload]
    assert "Definition:" in run(store, "analyze", "brokers", "--show").stdout
    assert "centrality" in {row["name"] for row in rows(run(store, "analyze", "--format", "json"))}


def test_the_reader_of_a_pipe_may_go(store: Path) -> None:
    done = subprocess.run(
        f"{' '.join(map(repr, PROGRAM))} --store {store} show OMPI --format csv | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("relation,")
    assert "Traceback" not in done.stderr


def test_a_folder_is_looked_through_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "research"
    (folder / "coded").mkdir(parents=True)
    (folder / "notes.docx").write_bytes(b"PK\x03\x04 no table")
    (folder / "coded" / "entities.csv").write_text(
        "id,class,name_en\na,NGO,A\nb,NGO,B\nd,Document,D\n", encoding="utf-8"
    )
    (folder / "coded" / "links.csv").write_text(
        "source,relation,target,document,locator,from\na,cooperatesWith,b,d,1,2012\na,cooperatesWith,b,d,2,2012-13\n",
        encoding="utf-8",
    )
    result = run(tmp_path / "store", "load", str(folder))
    assert "links.csv, row 3, column 'from'" in sentence(result)
    assert not (tmp_path / "store" / "sources" / "coded.nq.gz").exists()
    result = run(tmp_path / "store", "load", str(folder), "--skip-bad", "--format", "json")
    assert [(row["source"], row["links"]) for row in rows(result)] == [("coded", 1)]
    assert "notes.docx" in result.stderr
    assert "1 × row with a wrong from" in result.stderr


ACTIVITY = """<iati-activities version="2.03"><iati-activity default-currency="USD">
<iati-identifier>XM-DAC-41114-{0}</iati-identifier>
<reporting-org ref="XM-DAC-41114" type="40"><narrative>UNDP</narrative></reporting-org>
<title><narrative>Project {0}</narrative></title>
<participating-org ref="XM-DAC-41114" role="1"><narrative>UNDP</narrative></participating-org>
</iati-activity></iati-activities>"""


def test_a_store_in_a_folder_is_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "activities.xml").write_text(ACTIVITY.format(1), encoding="utf-8")
    for _ in range(2):
        result = run(tmp_path / "my.db", "load", str(tmp_path), "--format", "json")
        assert [row["source"] for row in rows(result)] == ["iati-xml-activities"]
    assert [line for line in result.stderr.splitlines() if "Left out" in line] == [
        f"Note: Left out {tmp_path / 'my.db'}: is itself a store."
    ]
    refused = sentence(run(tmp_path / "my.db", "load", str(tmp_path / "my.db")))
    assert "is itself a store" in refused and "export --to nquads" in refused


def test_files_of_one_name_in_two_folders_are_two_sources(tmp_path: Path) -> None:
    for number, year in enumerate(("2019", "2020"), 1):
        (tmp_path / "data" / year).mkdir(parents=True)
        (tmp_path / "data" / year / "activities.xml").write_text(ACTIVITY.format(number), encoding="utf-8")
    store = tmp_path / "store"
    for outcome in ("new", "unchanged"):
        found = rows(run(store, "load", str(tmp_path / "data"), "--format", "json"))
        assert [(row["source"], row["outcome"]) for row in found] == [
            ("iati-xml-activities", outcome),
            ("iati-xml-activities-2020", outcome),
        ]
    assert len(rows(run(store, "find", "Project", "--format", "json"))) == 2


def test_with_skip_bad_a_file_that_cannot_be_read_at_all_stops_no_others(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a-activities.xml").write_text(ACTIVITY.format(1), encoding="utf-8")
    (tmp_path / "data" / "dyads.csv").write_text("ccode1,ccode2,year,igo\n2,20,1990,1\n", encoding="utf-8")
    (tmp_path / "data" / "broken.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (tmp_path / "data" / "z-activities.xml").write_text(ACTIVITY.format(2), encoding="utf-8")
    result = run(tmp_path / "store", "load", str(tmp_path / "data"), "--skip-bad", "--format", "json")
    assert [row["source"] for row in rows(result)] == ["iati-xml-a-activities", "iati-xml-z-activities"]
    assert "dyads.csv" in result.stderr and "broken.xlsx" in result.stderr
