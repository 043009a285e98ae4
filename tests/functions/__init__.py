"""The handlers against the emulated Twilio over HTTP, with moto in AWS's place."""
