"""Folders as people have them: with files that are damaged in the middle, and with several of one name."""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import multilateral as ml
import pytest
from click.testing import CliRunner, Result
from multilateral.cli.main import cli
from multilateral.graph.identity import keys
from multilateral.graph.store import Store
from multilateral.loaders.detect import load, loads
from multilateral.loaders.gather import Gathering
from multilateral.loaders.iati_known import LinksSoFar
from multilateral.ontology.errors import UnreadableSource
from multilateral.ontology.model import Link
from openpyxl import Workbook

LINKS = "source,source_type,relation,target,target_type,document,locator\n"
FIXTURES = Path(__file__).parent / "fixtures"


def coded(target: str = "B", rows: int = 1, source: str = "A") -> str:
    return LINKS + "".join(
        f"{source}{n or ''},NGO,cooperatesWith,{target}{n or ''},NGO,Report,{n}\n" for n in range(rows)
    )


def run(store: Path, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["--store", str(store), *map(str, arguments)])


def outcomes(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.stderr
    return {row["source"]: row["outcome"] for row in json.loads(result.stdout)}


def loaded(store: Path, *arguments: object) -> dict[str, str]:
    return outcomes(run(store, "load", *arguments, "--format", "json"))


# --- files that turn out to be damaged while their records stream ----------------------------------------------


MAPPING = """file: {file}
entities:
  state: {{class: Country, name: state}}
  body: {{class: Organization, name: body}}
links:
  - {{source: state, relation: memberOf, target: body, from: year}}
"""
JOINED = MAPPING + "join:\n  - {{file: codes.xlsx, on: {{state: state}}}}\n"
MEMBERS = "state,body,year\n" + "".join(f"France,Body {n},{1900 + n % 100}\n" for n in range(20_000))


def cut_gzip(folder: Path) -> None:
    packed = gzip.compress(MEMBERS.encode())
    (folder / "m.csv.gz").write_bytes(packed[: len(packed) * 2 // 3])
    (folder / "m.mapping.yaml").write_text(MAPPING.format(file="m.csv.gz"))


def late_encoding(folder: Path) -> None:
    (folder / "m.csv").write_bytes(MEMBERS.encode() + "Bénin,Late,1990\n".encode("latin-1"))
    (folder / "m.mapping.yaml").write_text(MAPPING.format(file="m.csv"))


def workbook(path: Path, rows: int = 3_000) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["state", "body", "year"])
    for number in range(rows):
        sheet.append(["France", f"Body {number}", 1990])
    book.save(path)


def spoilt_sheet(path: Path) -> None:
    """Cut the sheet of a workbook in its middle: the file itself is sound."""
    whole = path.with_name("whole")
    path.rename(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    whole.unlink()


def cut_sheet(folder: Path) -> None:
    workbook(folder / "m.xlsx")
    spoilt_sheet(folder / "m.xlsx")
    (folder / "m.mapping.yaml").write_text(MAPPING.format(file="m.xlsx"))


def damaged_join(folder: Path) -> None:
    (folder / "m.csv").write_text("state,body,year\nFrance,Body,1990\n")
    workbook(folder / "codes.xlsx", 10)
    spoilt_sheet(folder / "codes.xlsx")
    (folder / "m.mapping.yaml").write_text(JOINED.format(file="m.csv"))


def bomb(folder: Path) -> None:
    """Put into a workbook what unpacks to three hundred megabytes."""
    workbook(folder / "m.xlsx", 1)
    with zipfile.ZipFile(folder / "m.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b"\0" * (300 << 20))
    (folder / "m.mapping.yaml").write_text(MAPPING.format(file="m.xlsx"))


def cut_json(folder: Path) -> None:
    records = [{"state": "France", "body": f"Body {n}", "year": 1990} for n in range(5_000)]
    (folder / "m.json").write_text(json.dumps(records)[:-3_000])
    (folder / "m.mapping.yaml").write_text(MAPPING.format(file="m.json"))


def cut_ror(folder: Path) -> None:
    record = json.loads((FIXTURES / "ror" / "both.jsonl").read_text(encoding="utf-8").splitlines()[0])
    text = json.dumps([record | {"id": f"https://ror.org/0{n:08d}"} for n in range(2_000)])
    (folder / "m.json").write_text(text[:-500])


@pytest.mark.parametrize(
    "damage",
    [cut_gzip, late_encoding, cut_sheet, damaged_join, cut_json, cut_ror, bomb],
    ids=lambda damage: damage.__name__,
)
def test_a_file_that_breaks_off_while_it_is_read_stops_no_others(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    folder, store = tmp_path / "data", tmp_path / "store"
    folder.mkdir()
    (folder / "a.csv").write_text(coded())
    (folder / "z.csv").write_text(coded("C"))
    damage(folder)
    result = run(store, "load", folder)
    assert result.exit_code == 1 and not Store.open(store).files()  # without --skip-bad all or none
    result = run(store, "load", folder, "--skip-bad", "--format", "json")
    assert outcomes(result) == {"a": "new", "z": "new"}
    told = [line for line in result.stderr.splitlines() if "Left out" in line]
    assert len(told) == 1 and ";" in told[0] and str(folder / "m.") in told[0], told
    assert "1 file was left out" in result.stderr
    assert not list(store.glob("staged-*"))
    assert loaded(store, folder, "--skip-bad") == {"a": "unchanged", "z": "unchanged"}
    dry = run(tmp_path / "other", "load", folder, "--skip-bad", "--dry-run")
    assert dry.exit_code == 0 and "1 file was left out" in dry.stderr and "z: 3 entities" in dry.stderr


def test_a_damaged_workbook_is_told_to_be_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    workbook(folder / "b.xlsx")
    (folder / "b.xlsx").write_bytes((folder / "b.xlsx").read_bytes()[:5_000])
    (folder / "photo.png").write_bytes(b"\x89PNG")
    (folder / "a.csv").write_text(coded())
    cut_json(folder)
    result = run(tmp_path / "store", "load", folder, "--skip-bad", "--format", "json")
    assert outcomes(result) == {"a": "new"}
    (told,) = (line for line in result.stderr.splitlines() if "b.xlsx" in line)
    assert "kind that is known" not in told and "workbook" in told
    assert "3 files were left out" in result.stderr


def test_what_the_store_has_of_a_file_that_breaks_off_stays_with_what_hangs_on_it(tmp_path: Path) -> None:
    folder, store = tmp_path / "data", tmp_path / "store"
    folder.mkdir()
    (folder / "a.csv").write_text(coded())
    rows = "state,body,year\nFrance,Universal Postal Union,1900\n"
    (folder / "m.csv").write_text(rows)
    (folder / "m.mapping.yaml").write_text(MAPPING.format(file="m.csv"))
    assert loaded(store, folder) == {"a": "new", "m": "new"}
    before = {id_: path.read_bytes() for id_, path in Store.open(store).files().items()}
    found = run(store, "find", "Universal Postal Union", "--format", "json").stdout
    (folder / "a.csv").write_text(coded("C"))
    (folder / "m.csv").write_bytes(rows.replace("Universal", "Other").encode() * 1_000 + b"\xe9,x,1990\n")
    result = run(store, "load", folder, "--skip-bad", "--format", "json")
    assert outcomes(result) == {"a": "replaced"}
    assert "What the store has of it stays as it is." in result.stderr
    after = Store.open(store).files()
    assert after["m"].read_bytes() == before["m"] and after["a"].read_bytes() != before["a"]
    assert run(store, "find", "Universal Postal Union", "--format", "json").stdout == found
    others = json.loads(run(store, "find", "Other Postal Union", "--format", "json").stdout)
    assert "Other Postal Union" not in {row["matched"] for row in others}
    # the rules know the old version as before: a source that names the same body is tied to it
    coded_body = LINKS + "France,Country,memberOf,Universal Postal Union,Organization,R,1\n"
    (folder / "b.csv").write_text(coded_body)
    loaded(store, folder / "b.csv")
    fresh = tmp_path / "fresh"
    (tmp_path / "sound").mkdir()
    for name in ("a.csv", "b.csv", "m.mapping.yaml"):
        shutil.copy(folder / name, tmp_path / "sound" / name)
    (tmp_path / "sound" / "m.csv").write_text(rows)
    loaded(fresh, tmp_path / "sound")
    shown = [json.loads(run(s, "show", "Universal Postal Union", "--format", "json").stdout) for s in (store, fresh)]
    assert shown[0] == shown[1] and shown[0]


def test_what_was_read_of_a_file_that_breaks_off_ties_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_BATCH", 10)  # as in a file of many things
    folder, store = tmp_path / "data", tmp_path / "store"
    folder.mkdir()
    cut_ror(folder)
    (folder / "z.csv").write_text(coded())
    assert loaded(store, folder, "--skip-bad") == {"z": "new"}
    with contextlib.closing(sqlite3.connect(store / "projections" / "identity.sqlite")) as db:
        held = {source for (source,) in db.execute("SELECT source FROM thing UNION SELECT source FROM key")}
    assert "z" in held and "ror-m" not in held


def test_a_file_that_is_named_itself_still_stops_the_load(tmp_path: Path) -> None:
    cut_json(tmp_path)
    (tmp_path / "a.csv").write_text(coded())
    result = run(tmp_path / "store", "load", tmp_path / "a.csv", tmp_path / "m.mapping.yaml", "--skip-bad")
    assert result.exit_code == 1 and "m.json" in result.stderr
    assert not Store.open(tmp_path / "store").files()


def test_links_of_a_table_that_is_left_out_are_not_taken_to_be_there(tmp_path: Path) -> None:
    """The same table in another language brings names only, but for the links that no table has brought."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name, fixture in (("a-iati.csv", "table_en.csv"), ("b-iati.csv", "table_fr.csv")):
        shutil.copy(FIXTURES / "iati" / fixture, folder / name)
    known = LinksSoFar()
    gathering = Gathering(
        stored={}, known=known, notice=lambda sentence: None, is_store=lambda path: False, skip_bad=True
    )
    brought = []
    for one in gathering.read([folder]):
        links = [statement for statement in one.statements if isinstance(statement, Link)]
        if not brought:  # the first turns out to be unreadable when all of it but the end has been read
            assert one.left_out is not None
            one.left_out(UnreadableSource("the file is cut off", path=folder / "a-iati.csv", advice="fetch it again"))
        brought.append(len(links))
    alone = [s for s in load(folder / "b-iati.csv").statements if isinstance(s, Link)]
    assert brought[1] == len(alone) > 0


# --- files of one name in several folders --------------------------------------------------------------------------


def test_a_file_of_one_name_in_another_folder_is_another_source(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for folder, target in (("a", "B"), ("b", "C")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.csv").write_text(coded(target))
    assert loaded(store, tmp_path / "a" / "data.csv") == {"data": "new"}
    result = run(store, "load", tmp_path / "b" / "data.csv", "--format", "json")
    assert outcomes(result) == {"data-b": "new"}
    assert "b/data.csv is a source of its own, data-b, beside data, which came from a/data.csv" in result.stderr
    assert "`multilateral forget data`" in result.stderr
    again = run(store, "load", tmp_path / "b" / "data.csv", tmp_path / "a" / "data.csv", "--format", "json")
    assert outcomes(again) == {"data-b": "unchanged", "data": "unchanged"} and "of its own" not in again.stderr
    assert loaded(store, tmp_path) == {"data": "unchanged", "data-b": "unchanged"}
    origins = {row["id"]: row["origin"] for row in json.loads(run(store, "sources", "--format", "json").stdout)}
    assert origins == {"data": "a/data.csv", "data-b": "b/data.csv"}


def test_a_newer_edition_in_the_same_folder_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store"
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.csv").write_text(coded(f"Body {folder}"))
        loaded(store, tmp_path / folder / "data.csv")
    (tmp_path / "b" / "data.csv").write_text(coded("new"))
    monkeypatch.chdir(tmp_path / "b")
    result = run(store, "load", "data.csv", "--format", "json")
    assert outcomes(result) == {"data-b": "replaced"} and "Note" not in result.stderr
    shutil.move(tmp_path / "a", tmp_path / "elsewhere")  # moved as it is: known by its bytes
    assert loaded(store, tmp_path / "elsewhere" / "data.csv") == {"data": "replaced"}
    assert loaded(store, tmp_path / "elsewhere" / "data.csv") == {"data": "unchanged"}
    (tmp_path / "elsewhere" / "data.csv").write_text(coded("newest"))
    assert loaded(store, tmp_path / "elsewhere" / "data.csv") == {"data": "replaced"}
    shutil.move(tmp_path / "elsewhere", tmp_path / "deep" / "down" / "elsewhere")  # the folder above does not matter
    (tmp_path / "deep" / "down" / "elsewhere" / "data.csv").write_text(coded("last"))
    assert loaded(store, tmp_path / "deep" / "down" / "elsewhere" / "data.csv") == {"data": "replaced"}


def test_an_id_that_the_file_gives_decides(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for year in ("2019", "2020"):
        folder = tmp_path / year / "coding"
        folder.mkdir(parents=True)
        (folder / "source.csv").write_text("field,value\nid,coding\n")
        (folder / "links.csv").write_text(coded(year))
    assert loaded(store, tmp_path / "2019" / "coding") == {"coding": "new"}
    result = run(store, "load", tmp_path / "2020" / "coding", "--format", "json")
    assert outcomes(result) == {"coding": "replaced"}
    assert "coding now holds what 2020/coding says, and no longer what 2019/coding said" in result.stderr


def test_a_file_of_another_name_that_a_mapping_puts_in_the_place_of_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.mapping.yaml").write_text(MAPPING.format(file="2019.csv"))
    for year in ("2019", "2020"):
        (tmp_path / f"{year}.csv").write_text(f"state,body,year\nFrance,Body,{year}\n")
    store = tmp_path / "store"
    assert loaded(store, "--mapping", tmp_path / "m.mapping.yaml", tmp_path / "2019.csv") == {"m": "new"}
    arguments = ("load", "--mapping", tmp_path / "m.mapping.yaml", tmp_path / "2020.csv", "--format", "json")
    result = run(store, *arguments)
    assert outcomes(result) == {"m": "replaced"}
    assert "m now holds what 2020.csv says, and no longer what 2019.csv said" in result.stderr
    assert "Note" not in run(store, *arguments).stderr


def test_files_of_one_name_at_two_addresses_are_two_sources(tmp_path: Path) -> None:
    class Files(BaseHTTPRequestHandler):
        """Answers with another table for each address."""

        def do_GET(self) -> None:
            content = coded(f"Body {self.path}").encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        addresses = [f"{base}/2019/data.csv", f"{base}/2020/data.csv", f"{base}/export/data.csv?c=CD",
                     f"{base}/export/data.csv?c=CI"]  # fmt: skip
        store = tmp_path / "store"
        first = loaded(store, *addresses[:2]) | loaded(store, addresses[2]) | loaded(store, addresses[3])
        assert len(first) == 4 and set(first.values()) == {"new"}
        assert {"data", "data-2020"} <= set(first)
        assert loaded(store, *addresses[::-1]) == dict.fromkeys(first, "unchanged")
    finally:
        server.shutdown()
        server.server_close()


def test_sources_of_earlier_versions_stay_what_they_are(tmp_path: Path) -> None:
    """They kept the name of the file only, and of a file in a second folder the id that was made of it."""
    files = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        files.append(tmp_path / folder / "data.csv")
        files[-1].write_text(coded(folder))
    stored = {
        "data": replace(load(files[0]).source, id="data"),
        "data-b": replace(load(files[1]).source, id="data-b"),
    }
    files[1].write_text(coded("newer"))
    taken: set[str] = set()
    assert [one.source.id for file in files for one in loads(file, stored=stored, taken=taken)] == ["data", "data-b"]
    del stored["data-b"]
    assert [one.source.id for one in loads(files[1], stored=stored)] == ["data"]  # nothing says that it is another


def test_two_inputs_that_give_themselves_one_id_are_told(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "source.csv").write_text("field,value\nid,mine\n")
        (tmp_path / "data" / name / "links.csv").write_text(coded(name))
    graph = ml.open(tmp_path / "store", notice=(notes := []).append)  # type: ignore[var-annotated]
    with pytest.raises(UnreadableSource, match="two of the sources have the id 'mine'"):
        graph.load(tmp_path / "data")
    assert [report.source.id for report in graph.load(tmp_path / "data", skip_bad=True)] == ["mine"]
    assert "two of the sources have the id 'mine'" in notes[0]
