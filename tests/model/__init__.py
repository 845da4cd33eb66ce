"""The model by itself: hand-made and random Instances, no repositories, no libsolv."""
