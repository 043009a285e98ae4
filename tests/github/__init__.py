"""The GitHub workflows: what they may do, and that the linter reads them."""
