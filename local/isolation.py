"""Keeps this machine's settings for AWS and proxies away from the local stack."""

import os
from typing import Final

LOOPBACK: Final = ("127.0.0.1", "localhost")


def isolate() -> None:
    """Change the environment of this process, which its child processes inherit.

    Requests to the emulators go past a proxy, which could not reach them. No AWS profile, file or
    variable is read: a wrong one would end a deployment that needs none of them.
    """
    spellings = ("no_proxy", "NO_PROXY")
    past_the_proxy = [os.environ[name] for name in spellings if os.environ.get(name)]
    for name in spellings:
        os.environ[name] = ",".join([*past_the_proxy, *LOOPBACK])
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        os.environ[name] = os.devnull
