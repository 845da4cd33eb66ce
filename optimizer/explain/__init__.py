"""Questions about an answer, each settled by a solve or a proof on the same Instance."""
