"""An emulated Twilio, to try and test transfers without an account.

It speaks HTTP, keeps state, and really routes. What it does follows Twilio's documentation; if
that is silent, the docstring of the place says which choice was made.
"""
