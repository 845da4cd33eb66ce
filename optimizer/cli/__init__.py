"""The command line: arguments, exit codes, progress, words for people."""
