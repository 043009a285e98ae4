"""The demo: real transfers over HTTP, and what TaskRouter did with each."""
