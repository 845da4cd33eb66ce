"""A Boolean model reduced to what is left to decide: exact steps over Forms, no solver and no packages."""
