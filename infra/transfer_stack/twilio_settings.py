"""The settings of the Twilio account, each config key declared with its field."""

from dataclasses import dataclass

from transfer_stack.config_keys import REQUIRED, SECRET, key, sid, text


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """The Twilio account, its credentials and the address of its API."""

    account_sid: str = key(
        "twilio:accountSid",
        sid("AC", "an account"),
        "The Twilio account",
        default=REQUIRED,
        example=f"AC{'x' * 32}",
    )
    auth_token: str = key(
        "twilio:authToken",
        SECRET,
        "The account's auth token. Set this or an API key",
        default="",
    )
    api_key_sid: str = key(
        "twilio:apiKeySid",
        sid("SK", "an API key"),
        "An API key, which can be revoked without changing the auth token",
        default="",
        example="SKxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    )
    api_key_secret: str = key("twilio:apiKeySecret", SECRET, "The API key's secret", default="")
    region: str = key(
        "twilio:region",
        text("a Twilio region such as ie1 or au1", "[a-z]{2}[0-9]"),
        "Twilio's region, for an account outside the United States",
        default="",
        example="ie1",
    )
    edge: str = key(
        "twilio:edge",
        text("a Twilio edge location such as dublin or sydney", "[a-z]+(-[a-z]+)*"),
        "Twilio's edge location, required with a region",
        default="",
        example="dublin",
    )
    base_url: str = key(
        "twilio:baseUrl",
        text(
            "https://host, or http://127.0.0.1:port: over http credentials stay on this machine",
            r"https://[^/?#@\s]+|http://(127\.0\.0\.1|(?i:localhost)|\[::1\])(:[^/?#@\s]*)?",
        ),
        "The address of an emulator that replaces Twilio's API",
        default="",
        example="http://127.0.0.1:4010",
    )

    def credentials(self) -> dict[str, str]:
        """Return the secret's content, by the names that the functions read."""
        if self.auth_token:
            return {"auth_token": self.auth_token}
        return {"api_key_sid": self.api_key_sid, "api_key_secret": self.api_key_secret}
