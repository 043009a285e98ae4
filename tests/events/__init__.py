"""The function behind the webhook of Twilio's events, by itself."""
