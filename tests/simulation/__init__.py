"""The functions and all that they talk to, in one process, in virtual time, from one seed."""
