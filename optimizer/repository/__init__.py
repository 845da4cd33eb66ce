"""Where metadata lies, and how it is fetched, checked, decompressed and cached."""
