# ruff: noqa: INP001 - the folder is what the Pulumi CLI runs, not a package
"""Start the provider from its folder, as the Pulumi CLI does for a plugin given by `path`."""

from pulumi_twilio.__main__ import main

if __name__ == "__main__":
    main()
