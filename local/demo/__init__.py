"""The demo: real transfers over HTTP, and how TaskRouter routed each."""
