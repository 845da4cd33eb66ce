"""RPM semantics through libsolv: closes a problem over its repositories into an Instance."""
