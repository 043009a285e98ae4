"""`check` and `route`: what they say of working and of broken contact centres."""
