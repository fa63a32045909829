"""The knowledge graph itself: sources (truth), their projections, identity, analyses and exports."""
