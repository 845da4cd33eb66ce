"""What was found: solution, verification, manifest, divergence, explanation."""
