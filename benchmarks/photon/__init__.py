"""How much of Photon could come from upstream: measured, drawn and written up by `python -m benchmarks.photon`."""
