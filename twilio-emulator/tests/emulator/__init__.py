"""The emulated Twilio's behaviour, with the pages of Twilio that document it."""
