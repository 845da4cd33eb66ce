"""Measurements of the product on real metadata; each module is a command of its own."""
