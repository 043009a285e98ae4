"""What a failure leads to, by where it is: Twilio, the table, the function, other clients."""
