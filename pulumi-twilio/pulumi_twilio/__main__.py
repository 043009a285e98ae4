"""Start the provider: `python -m pulumi_twilio`, and the command `pulumi-resource-twilio`."""

from pulumi_twilio.provider import TwilioProvider
from pulumi_twilio.server import serve


def main() -> None:
    """Serve the provider to a Pulumi engine until the engine ends it."""
    serve(TwilioProvider())


if __name__ == "__main__":
    main()
