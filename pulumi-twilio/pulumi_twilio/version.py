"""The package's version, from which the wheel, the schema and the plugin take it."""

VERSION = "0.1.0"
