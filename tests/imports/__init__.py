"""What other tools wrote, read by optimizer.imports."""
