"""HTTP: reads a request, answers with a problem document."""
