"""What is made of a solution: verification, manifest, divergence, result files."""
