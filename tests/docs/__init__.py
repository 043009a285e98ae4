"""The pages in docs/: what they name exists, what they calculate was measured."""
