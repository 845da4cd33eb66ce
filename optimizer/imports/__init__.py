"""What other tools wrote, read: one module a format; package lists, and requests that become problem files."""
