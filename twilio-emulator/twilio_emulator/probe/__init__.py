"""Asks a Twilio account the questions that the emulated Twilio has switches for."""
