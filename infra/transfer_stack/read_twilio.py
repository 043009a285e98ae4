"""Reads who we are at Twilio: the account, its credentials, where its API is."""

from urllib.parse import urlsplit

from transfer_stack.config_reader import ConfigReader
from transfer_stack.settings import TwilioSettings


def read_twilio(reader: ConfigReader) -> TwilioSettings:
    """Read the `twilio:` keys; what is wrong with them is among the reader's problems."""
    settings = TwilioSettings(
        account_sid=reader.text(
            "twilio:accountSid",
            default=None,
            pattern=sid("AC"),
            expected=expected_sid("AC", "an account"),
        ),
        auth_token=reader.secret("twilio:authToken"),
        api_key_sid=reader.text(
            "twilio:apiKeySid", pattern=sid("SK"), expected=expected_sid("SK", "an API key")
        ),
        api_key_secret=reader.secret("twilio:apiKeySecret"),
        region=reader.text(
            "twilio:region", pattern="[a-z]{2}[0-9]", expected="a Twilio region such as ie1 or au1"
        ),
        edge=reader.text(
            "twilio:edge",
            pattern="[a-z]+(-[a-z]+)*",
            expected="a Twilio edge location such as dublin or sydney",
        ),
        base_url=_base_url(reader),
    )
    _check_credentials(reader)
    if settings.region and not settings.edge:
        # https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region
        expected = (
            f"the edge location to go with region {settings.region}: Twilio's host names take both"
        )
        reader.refuse("twilio:edge", "missing", expected)
    return settings


def _check_credentials(reader: ConfigReader) -> None:
    token = reader.has("twilio:authToken")
    key_sid, key_secret = reader.has("twilio:apiKeySid"), reader.has("twilio:apiKeySecret")
    if token and (key_sid or key_secret):
        expected = "one of the two: pulumi config rm what is not to be used"
        reader.refuse("twilio:authToken", "set beside an API key", expected)
    elif key_sid and not key_secret:
        expected = "the API key's secret: pulumi config set --secret twilio:apiKeySecret"
        reader.refuse("twilio:apiKeySecret", "missing", expected)
    elif key_secret and not key_sid:
        reader.refuse(
            "twilio:apiKeySid",
            "missing",
            expected_sid("SK", "the API key that the secret belongs to"),
        )
    elif not token and not key_sid:
        expected = (
            "a secret: pulumi config set --secret twilio:authToken, or an API key in its place: "
            "twilio:apiKeySid and twilio:apiKeySecret"
        )
        reader.refuse("twilio:authToken", "missing", expected)


def _base_url(reader: ConfigReader) -> str:
    key = "twilio:baseUrl"
    expected = "https://host, or http://127.0.0.1:port: over http credentials stay on this machine"
    value = reader.text(key, pattern=r"https?://[^/?#@\s]+", expected=expected)
    url = urlsplit(value)
    if url.scheme == "http" and url.hostname not in {"127.0.0.1", "localhost", "::1"}:
        reader.refuse(key, f"wrong value {value!r}", expected)
    return value


def sid(prefix: str) -> str:
    """Return the pattern of a SID."""
    return f"{prefix}[0-9a-f]{{32}}"


def expected_sid(prefix: str, what: str) -> str:
    """Say what a SID looks like, for an error."""
    return f"the SID of {what}: {prefix} and 32 hexadecimal digits in lower case"
