"""Twilio: the calls that a transfer needs, their failures and retries."""
