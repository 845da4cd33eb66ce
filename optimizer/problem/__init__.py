"""The question: features, limits, objectives, equivalents and policy."""
