"""The shipped problems' answers, and random ones, before judges that are not ours (DESIGN section 5)."""
