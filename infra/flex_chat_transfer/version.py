"""The package's version, from which the wheel and the plugin take it."""

VERSION = "1.0.0"
