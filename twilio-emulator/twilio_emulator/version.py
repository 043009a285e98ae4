"""The package's version, from which the wheel takes it."""

VERSION = "0.1.0"
