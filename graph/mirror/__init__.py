"""The mirror: a Neo4j that holds the same graph as a store, can prove it, and can be read back.

``push`` sends what changed, ``check`` compares everything, ``pull`` reads the truth back, ``offline`` writes files for
Neo4j's own importer, ``remote_cypher`` asks. ``rows`` says how the graph looks there; ``connection`` is the only place
that imports the driver, which is an optional extra.
"""
