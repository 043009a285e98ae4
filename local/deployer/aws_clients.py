"""Access to the emulated AWS: clients that are made once, and how its APIs spell things."""

import threading
from collections.abc import Mapping
from typing import Any, Final

import boto3
from botocore.config import Config

# ministack takes any account's keys, and these for its default account's administrator.
ACCOUNT_ID = "000000000000"
_ACCESS_KEY = "test"
# Below these, the names are the program's own.
_FREE_NAMES: Final = frozenset({"tags", "variables"})


class AwsClients:
    """The clients of one emulated AWS; safe to use from several threads.

    Parameters
    ----------
    endpoint_url
        The address of every service's API.
    region
        The region that resources are created in.
    """

    def __init__(self, endpoint_url: str, region: str) -> None:
        self.endpoint_url = endpoint_url.rstrip("/")
        self.region = region
        self._session = boto3.Session(
            aws_access_key_id=_ACCESS_KEY, aws_secret_access_key=_ACCESS_KEY, region_name=region
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """Return the client of a service, made when it is first asked for."""
        # A session is not safe for several threads, its clients are.
        # https://docs.aws.amazon.com/boto3/latest/guide/session.html
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service,  # type: ignore[call-overload]
                    endpoint_url=self.endpoint_url,
                    config=Config(
                        connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 2}
                    ),
                )
            return self._clients[service]


def parameters(inputs: Mapping[str, Any], **renamed: str) -> dict[str, Any]:
    """Turn a resource's inputs into the parameters of an API call.

    Parameters
    ----------
    inputs
        By Pulumi's property names. `allowOrigins` becomes `AllowOrigins`, on every level.
    **renamed
        The API's names of inputs that it calls something else.
    """
    return {
        renamed.get(key, key[0].upper() + key[1:]): value if key in _FREE_NAMES else _spelt(value)
        for key, value in inputs.items()
    }


def _spelt(value: Any) -> Any:
    if isinstance(value, Mapping):
        return parameters(value)
    return [_spelt(item) for item in value] if isinstance(value, list) else value


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Turn tags into the list of keys and values that some services want."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
