"""Rows for Neo4j made the short way, and in a process of their own, are those made the long way."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multilateral.graph.decisions import Decision
from multilateral.graph.mirror import rows
from multilateral.graph.mirror.apart import Apart, MakerLost
from multilateral.graph.mirror.link_rows import LinkRow, LinkRows
from multilateral.graph.mirror.local import LocalGraph, Spool
from multilateral.graph.mirror.making import Counts, Maker
from multilateral.graph.mirror.remote import Known
from multilateral.graph.mirror.sending import Batch, Batches
from multilateral.graph.mirror.thing_rows import of_record
from multilateral.graph.store import Store
from multilateral.ontology.errors import DamagedSource
from multilateral.ontology.model import ID, Entity, Evidence, Identifier, Link, Name, Statement

from .conftest import DOC, EU, HPED, OIE, UN, UZ, Workshop, full_link, source
from .test_mirror_graph import _entities, _links, decided

#: Numbers as sources write them.
NUMBERS = ("0", "-0", "7", "0.10", "-12.50", "100", "1e3", "0.1000000000000000055511151231257827", "9" * 30, "1e-9")


def usual(number: int, **values: Any) -> Link:
    return Link(f"{ID}link/a/u{number}", EU, "funds", HPED, (Evidence(DOC, "5(d)", None, "explicit"),), **values)


_numbers = st.none() | st.sampled_from(NUMBERS).map(Decimal)
_names = st.lists(
    st.builds(
        Name,
        st.sampled_from(["A", "B", "Ü", " "]),
        st.sampled_from(["", "en", "fr", "pt-BR"]),
        st.sampled_from(["preferred", "alternative", "acronym"]),
        st.none() | st.just("2001"),
    ),
    max_size=5,
    unique=True,
)
_described = st.builds(
    replace,
    _entities,
    names=_names.map(tuple),
    identifiers=st.lists(
        st.builds(Identifier, st.sampled_from(["IATI", "ROR"]), st.sampled_from(["1", "2"])), max_size=3
    ).map(tuple),
)
_counted = st.builds(
    replace,
    _links,
    amount=_numbers,
    count=_numbers,
    valid_from=st.none() | st.sampled_from(["2012", "2012-02-30", "2012-04-25"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    entities=st.lists(_described, max_size=3, unique_by=lambda e: e.iri),
    links=st.lists(_counted, max_size=4),
    tied=st.booleans(),
)
def test_the_short_way_gives_the_rows_of_the_long_way(
    entities: list[Entity], links: list[Link], tied: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workshop = Workshop(tmp_path_factory.mktemp("rows") / "store")
    numbered: list[Statement] = [replace(link, iri=f"{ID}link/a/{n}") for n, link in enumerate(links)]
    known = [usual(n, amount=Decimal(text), valid_to="2020-01-31") for n, text in enumerate(NUMBERS)]
    workshop.load((source("a"), [*entities, *numbered, *known, full_link("a", "full")]))
    store = Store.open(workshop.path)
    if tied:
        store.decisions.append([Decision("same", OIE, EU, "rule", "2025-01-01T00:00:00Z")])
    local = LocalGraph(store)
    reader = LinkRows("a", local.canonical)
    loaded = list(store.statements("a"))
    made = list(local.statements("a"))
    assert made == [reader.of_link(s) if isinstance(s, Link) else s for s in loaded]
    for entity in loaded:
        if isinstance(entity, Entity):
            said = [(0, rows.entity_json(entity))]
            top = local.top(entity.iri)
            assert local.node(top, said) == rows.entity_node(local.shown(top, said))


def test_the_short_way_is_taken(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Entity(UN, "UNBody", (Name("UN", "en"), Name("ONU", "fr")), evidence=(Evidence(DOC, "1"),))
    workshop.load((source("a"), [plain, *[usual(n, amount=Decimal(text)) for n, text in enumerate(NUMBERS)]]))
    monkeypatch.setattr(rows, "link_relationship", lambda *given: pytest.fail("a usual link went the long way"))
    entity, *links = LocalGraph(Store.open(workshop.path)).statements("a")
    assert len(links) == len(NUMBERS) and all(isinstance(link, LinkRow) for link in links)
    assert isinstance(entity, Entity) and of_record(rows.entity_json(entity), {UZ: EU}) is not None
    assert of_record(rows.entity_json(entity), {DOC: EU}) is None


# --- a process of its own --------------------------------------------------------------------------------------------


def here(local: LocalGraph) -> tuple[list[Batch], Counts]:
    found: list[Batch] = []
    with Spool() as spool:
        batches = Batches(found.append)
        maker = Maker(local, spool, Known(spool.db), batches)
        for source_id in local.order:
            maker.statements(source_id)
        batches.flush()
        maker.things(lambda iris: ({}, {}), lambda count: None)
        batches.flush()
    return found, maker.counts


def test_another_process_makes_the_same_batches(workshop: Workshop) -> None:
    local = LocalGraph(Store.open(decided(workshop).path))
    expected, counts = here(local)
    with Apart(local, local.order) as made:
        found = list(made)
    assert found == expected and made.counts == counts
    assert made.read >= local.size(local.order) and made.things == counts.entities


def test_what_fails_there_is_raised_here(workshop: Workshop) -> None:
    decided(workshop)
    store = Store.open(workshop.path)
    local = LocalGraph(store)
    for path in local.store.files().values():  # cut off, after the store was pinned
        content = path.read_bytes()
        path.write_bytes(content[: len(content) - 20])
    with (
        pytest.raises(DamagedSource, match="load it again or put the file back") as raised,
        Apart(local, local.order) as made,
    ):
        list(made)
    assert raised.value.source_id in local.order
    assert list(Path(made._folder.name).parent.glob(Path(made._folder.name).name)) == []


def test_a_process_that_is_killed_is_told(workshop: Workshop) -> None:
    local = LocalGraph(Store.open(decided(workshop).path))
    with Apart(local, local.order) as made:
        os.kill(made._process.pid, signal.SIGKILL)
        with pytest.raises(MakerLost, match=r"was ended by signal 9 .*push again"):
            list(made)
