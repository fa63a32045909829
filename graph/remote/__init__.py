"""A SPARQL 1.1 service somewhere else: as a mirror of a store, and as what the reading commands ask instead of one.

``push`` sends what changed by the Graph Store Protocol (by SPARQL Update where there is none), ``check`` compares
every triple of every graph, ``pull`` reads the truth back. ``reading`` answers what
:class:`~multilateral.graph.reading.Reader` answers. ``connection`` is the only module that opens one; ``layout`` says
which graphs stand where.
"""
