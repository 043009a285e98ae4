"""The client that calls Twilio: the official SDK, with retries, a time limit and `baseUrl`."""

import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests import Session
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client as TwilioClient

from pulumi_twilio.config import Settings
from pulumi_twilio.retries import CarefulRetry

# Seconds for one attempt of one call.
_TIMEOUT = 30


class RedirectingHttpClient(TwilioHttpClient):
    """Sends the SDK's calls to `base_url`, if there is one, and retries those that may be.

    Parameters
    ----------
    base_url
        With `http://127.0.0.1:4010` a call to `https://taskrouter.twilio.com/v1/Workspaces` goes
        to `http://127.0.0.1:4010/taskrouter/v1/Workspaces`: the first label of the host becomes
        the first segment of the path, regional hosts included. None leaves calls as they are.
    """

    def __init__(self, base_url: str | None = None) -> None:
        super().__init__(timeout=_TIMEOUT)
        self._base_url = base_url
        # The SDK itself would retry only broken connections, and only over https.
        self.session = Session()
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=CarefulRetry()))

    # The SDK's own two classes do not agree on the parameters' names.
    def request(  # type: ignore[override]
        self, method: str, url: str, *args: Any, **kwargs: Any
    ) -> Response:
        """Make one call; the parameters are the base class's."""
        return super().request(method, redirected(url, self._base_url), *args, **kwargs)


class Client(TwilioClient):
    """Twilio's client of one account.

    Attributes
    ----------
    is_confirmed
        True once an answer has shown that the credentials are the account's. An auth token goes
        with its account's SID; an API key may be another account's, and most of Twilio's paths
        do not name the account.
    """

    is_confirmed: bool = False


def redirected(url: str, base_url: str | None) -> str:
    """Say where a call goes.

    Parameters
    ----------
    url
        Where the SDK wants to send it.
    base_url
        Where an emulator listens, or None.

    Returns
    -------
    str
        The URL to call.
    """
    if base_url is None:
        return url
    base = urlsplit(base_url)
    asked = urlsplit(url)
    product = asked.netloc.split(".")[0]
    path = f"{base.path.rstrip('/')}/{product}{asked.path}"
    return urlunsplit((base.scheme, base.netloc, path, asked.query, ""))


def twilio_client(settings: Settings) -> Client:
    """Make the client for one account.

    Parameters
    ----------
    settings
        Credentials and where to call.

    Returns
    -------
    Client
        A client that may be shared by threads.
    """
    return Client(  # type: ignore[no-untyped-call]
        settings.username,
        settings.password,
        settings.account_sid,
        region=settings.region,
        edge=settings.edge,
        http_client=RedirectingHttpClient(settings.base_url),
        # Without this the SDK would add what the environment says to what was decided already.
        environment={"PATH": os.defpath},
        user_agent_extensions=["pulumi-twilio"],
    )
