"""Twilio in the process: what `requests` sends goes over the wire to the emulated one."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import MaxRetryError, NewConnectionError

from tests.simulation.wire import (
    AnsweredError,
    ConnectionLostError,
    NotConnectedError,
    TimedOutError,
    Wire,
)
from twilio_emulator.twilio import EmulatedTwilio, Reply

BASE_URL = "http://twilio.example"


class TwilioSession:
    """What the SDK needs of a `requests.Session`, without what that costs.

    That `requests` sends what it is to send, the tests over HTTP show.
    """

    def __init__(self, twilio: EmulatedTwilio, wire: Wire) -> None:
        self._twilio = twilio
        self._wire = wire

    def prepare_request(self, request: requests.Request) -> requests.Request:
        """Leave it as it is."""
        return request

    def merge_environment_settings(self, *_: Any) -> dict[str, Any]:
        """Give no settings."""
        return {}

    def send(
        self,
        request: requests.Request,
        *,
        timeout: tuple[float, float],
        allow_redirects: bool,  # noqa: ARG002
    ) -> requests.Response:
        """Send a request."""
        url, method = str(request.url), str(request.method)
        path, query = url.removeprefix(BASE_URL), urlencode(request.params or {}, doseq=True)
        if "?" in path:  # the next page of a list
            path, _, query = path.partition("?")
        headers = {str(name): str(text) for name, text in (request.headers or {}).items()}
        headers["Authorization"] = _basic(request.auth)
        content = b""
        if request.json:
            content = json.dumps(request.json).encode()
        elif request.data:
            content = urlencode(request.data, doseq=True).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        asked = f"?{query}" if "Evaluate" in query else ""
        try:
            reply = self._wire.send(
                f"{method} {path}{asked}{said(content)}",
                lambda: self._twilio.request(method, path, query, headers, content),
                timeout[1],
            )
        except NotConnectedError as error:
            refused = NewConnectionError(None, "refused")  # type: ignore[arg-type]
            raise requests.ConnectionError(
                MaxRetryError(None, url, refused)  # type: ignore[arg-type]
            ) from error
        except ConnectionLostError as error:
            raise requests.ConnectionError from error
        except TimedOutError as error:
            raise requests.ReadTimeout from error
        except AnsweredError as answered:
            reply = Reply(answered.status, {}, b'{"code": 0, "message": "a fault"}')
        response = requests.Response()
        response.status_code = reply.status
        response.headers = CaseInsensitiveDict(reply.headers)
        response._content = reply.body  # there is no stream to read it from
        response.encoding = "utf-8"
        return response


def _basic(credentials: Any) -> str:
    username, password = credentials
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def said(content: bytes) -> str:
    """What a log tells of a body: the status that it asks for."""
    text = content.decode()
    fields = [one for one in text.split("&") if one.startswith(("AssignmentStatus=", "Status="))]
    return "".join(f" {one}" for one in fields)
