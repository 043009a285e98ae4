"""The GitHub workflows."""
