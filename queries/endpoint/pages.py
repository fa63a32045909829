"""A process that makes what pages show: it runs functions of ours on one edition of a store, and nothing else.

It is confined like those that answer queries (:mod:`.sandbox`): no network, no file but the edition and the programs
of this package and of Python, which are loaded as they are needed.
"""

from __future__ import annotations

import functools
import importlib
import logging
import pickle
import socket
import sysconfig
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ...graph.projections import Pinned, pinned_in
from ...graph.reading import Reader
from ...knowledge import KnowledgeGraph
from ...ontology.errors import MultilateralError
from . import wire
from .errors import Refused
from .limits import Limits
from .process import Edition
from .sandbox import confine
from .worker import listen, quiet, refuse

log = logging.getLogger("multilateral.serve")
_PIECE = 1 << 20


class EditionGraph(KnowledgeGraph):
    """The graph of one edition: it stays what it is, whatever becomes of the store."""

    def __init__(self, store: Pinned) -> None:
        super().__init__(store.path)
        self._fixed = Reader(store)

    @property
    def reader(self) -> Reader:
        """The edition opened for reading."""
        return self._fixed


def request(function: Callable[..., Any], *arguments: Any) -> bytes:
    """Return the message that asks for what ``function(graph, *arguments)`` returns."""
    return wire.frame(wire.ASK, pickle.dumps((function, arguments)))


def run(store: Path, modules: Iterable[str], pipe: socket.socket, edition: Edition, limits: Limits) -> None:
    """Open an edition, give up everything else, and run what is asked for until the other side closes.

    :param store: The folder of the store that the edition is of, which is not read.
    :param modules: What is imported while every file can still be read: where the functions are that will be asked for.
    """
    quiet()
    for module in modules:
        importlib.import_module(module)
    if edition.projections is None:
        raise ValueError("an edition without a store has no pages")
    graph = EditionGraph(pinned_in(edition.projections, edition.tag, store))
    reader = graph.reader
    _ = reader.index.whole, reader.names  # opened now: later nothing may be written, not even a log
    missing = confine([edition.projections, *_programs()], limits.memory)
    listen(pipe, missing, limits, functools.partial(answer, graph, pipe.sendall, limits))


def answer(graph: KnowledgeGraph, send: Callable[[bytes], None], limits: Limits, payload: bytes) -> None:
    """Run a function and send what it returns; every outcome is sent, as a result or as a status with a sentence."""
    try:
        function, arguments = pickle.loads(payload)  # noqa: S301 - from our own service, which wrote it
        found = pickle.dumps(function(graph, *arguments))
        if len(found) > limits.result << 20:
            return refuse(send, 413, f"The answer is larger than {limits.result} MB; ask for less.")
        for place in range(0, len(found), _PIECE):
            send(wire.frame(wire.DATA, found[place : place + _PIECE]))
        send(wire.packed(wire.END, {"status": 200}))
    except MemoryError:
        refuse(send, 413, f"The page needs more than {limits.memory} MB of memory; ask for less.")
    except MultilateralError as error:
        refuse(send, error.status if isinstance(error, Refused) else 400, str(error))
    except Exception:  # noqa: BLE001 - a fault of ours costs one page, not the process, and is told in the log
        send(wire.packed(wire.END, {"status": 500, "sentence": _FAULT, "fault": traceback.format_exc()}))


_FAULT = "The page could not be made, by a fault of this program; the log of the service says more."


def _programs() -> list[Path]:
    """Return the folders from which Python loads programs: its own, those installed, and this package."""
    paths = sysconfig.get_paths()
    found = {Path(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found.add(Path(__file__).resolve().parents[2])
    return sorted(path for path in found if path.is_dir())
