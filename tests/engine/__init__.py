"""The program on the real Pulumi engine, where there is one."""
