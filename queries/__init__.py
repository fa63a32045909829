"""The catalogue of canned questions and its runner."""
