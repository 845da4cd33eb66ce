"""The demo distribution as real RPMs: built, signed, served, solved, exported, installed, committed to OSTree."""
