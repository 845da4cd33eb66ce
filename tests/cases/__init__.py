"""Cases: one folder a question, found by itself, with its repositories, its problem file and what must come out."""
