"""The same question gives the same bytes, whatever the machine, the Python and the surroundings are like."""
