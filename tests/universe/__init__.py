"""From repositories to an Instance: closure, candidates, rebuilds, snapshots."""
