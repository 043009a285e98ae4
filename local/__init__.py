"""Everything on one machine: the emulated Twilio, the emulated AWS, and the program deployed to both."""
