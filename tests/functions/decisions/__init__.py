"""What is decided: in every combination of facts, and in every interleaving of a small world."""
