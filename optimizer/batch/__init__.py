"""Many problems: where they are solved, what they are varied by, and what is kept of them."""
