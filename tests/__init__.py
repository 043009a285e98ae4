"""The test suite, one folder per kind."""
