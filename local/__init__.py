"""Everything on one machine: emulated Twilio and AWS, and the program deployed to both."""
