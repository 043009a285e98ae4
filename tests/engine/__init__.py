"""The program on the real Pulumi engine, if there is one."""
