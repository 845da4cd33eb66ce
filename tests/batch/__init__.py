"""Where many problems are solved, what they are varied by, what is kept of them."""
