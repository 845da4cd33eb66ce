"""Independent judges of an answer."""
