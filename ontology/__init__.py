"""The vocabulary of cooperation: classes, relations, shapes, and the plain objects that mirror them."""
