"""The policy pack: its rules against what the program declares."""
