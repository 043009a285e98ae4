"""The provider over its real interface: a process of its own that speaks gRPC."""
