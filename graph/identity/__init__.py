"""Identity: which IRIs of different sources name one thing, decided by stated rules or by a person."""
