"""What one request may cost: every limit of the endpoint with its default."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an endpoint. ``docs/serve.md`` has the same table; a test compares the two.

    A query that runs longer than ``patience`` is a long one: it goes on at a lower priority in a process beside those
    that answer short ones, so that long queries wait for each other and never hold up short ones.
    """

    #: Seconds that a query may take, and those that it may wait before.
    seconds: float = 15.0
    #: Megabytes of memory that a query may take beyond what the open index takes.
    memory: int = 1024
    #: Megabytes of a result, before compression.
    result: int = 64
    #: Kilobytes of a request's body. (Its head, the query in the address included, may have 64.)
    body: int = 1024
    #: Brackets within brackets in a query.
    nesting: int = 400
    #: Path steps, negations and boolean signs in a query: ``/ | ^ ! ||``.
    operators: int = 1000
    #: Processes that answer short queries.
    workers: int = max(4, min(16, 2 * (os.cpu_count() or 2)))
    #: Seconds after which a query is a long one.
    patience: float = 0.25
    #: Long queries at the same time.
    long: int = 8
    #: Long queries of one client at the same time.
    long_per_client: int = 4
    #: Requests that wait for a worker.
    waiting: int = 256
    #: Requests of one client that wait for a worker.
    waiting_per_client: int = 128
    #: Connections at the same time.
    connections: int = 512
    #: Connections of one client at the same time.
    connections_per_client: int = 256
    #: Seconds in which the head of a request, and then its body, must have arrived.
    arrival: float = 10.0
    #: Seconds that a client may read nothing of its answer.
    stall: float = 15.0
    #: Seconds that an open connection may be idle between requests.
    idle: float = 15.0
    #: Seconds that running queries may go on after SIGTERM.
    grace: float = 5.0
    #: Processes that make pages for people, and as many again for pages that take long.
    page_workers: int = 2

    def of_pages(self) -> Limits:
        """Return the limits of what pages are made from, which has workers of its own."""
        most = self.page_workers
        return replace(self, workers=most, long=most, long_per_client=most)
