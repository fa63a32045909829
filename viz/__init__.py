"""Maps: what to draw, where, and the page that shows it."""
