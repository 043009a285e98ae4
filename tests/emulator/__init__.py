"""What the emulated Twilio does, and where Twilio says so."""
