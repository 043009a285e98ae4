"""Measures the functions: counts and ratios first, which hold on every machine, then times."""
