"""The console in the browser: what is in a contact centre, live, and what people do in it."""
