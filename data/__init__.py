"""What ships: the curated facts of the five documents."""
