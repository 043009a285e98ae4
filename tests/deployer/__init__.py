"""The local deployer and the emulated AWS."""
