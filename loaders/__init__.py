"""Loaders: one module a kind of source, each from a source to a stream of ontology objects."""
