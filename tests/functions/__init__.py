"""The handlers, against the emulated Twilio over HTTP and moto. The tests are in the folders."""
