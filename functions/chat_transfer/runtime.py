"""What a warm function keeps between invocations: settings, connections, credentials."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import requests
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import (
    GetParameterError,
    TransformParameterError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from requests.adapters import HTTPAdapter

from chat_transfer.http.problems import BadGateway
from chat_transfer.settings import ConfigurationError, Settings
from chat_transfer.transfer.table import Table
from chat_transfer.twilio.client import Credentials, twilio_client
from chat_transfer.twilio.context import Twilio, WarmCache
from chat_transfer.twilio.retries import Budget

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = Logger(child=True)

SECRET_SECONDS = 300
# More than a transfer ever has calls under way, so that none waits for a thread.
THREADS = 16
# Kept open to each host: the schedule's looks have up to three calls under way each. What is beyond
# it would be opened and closed for one call.
CONNECTIONS = 48
# A lock may outlive its function by this, since clocks differ.
LOCK_MARGIN_MS = 1000
AWS_CALLS = Config(
    connect_timeout=1,
    read_timeout=1,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=CONNECTIONS,
)


class Runtime:
    """One execution environment of a function.

    Raises
    ------
    ConfigurationError
        The Lambda environment is not what the stack sets.
    """

    def __init__(self) -> None:
        self.settings = Settings.from_environment(os.environ)
        # What the environment says of proxies is read once, not with every call.
        self._session = requests.Session()
        self._session.proxies.update(requests.utils.get_environ_proxies("https://twilio.com"))
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
        # From the default session: one of its own would read all of botocore's data again.
        self._secrets = SecretsProvider(
            boto3_client=boto3.client("secretsmanager", config=AWS_CALLS)
        )
        self._warm = WarmCache()
        self._dynamodb: DynamoDBClient | None = None

    def twilio(self, budget: Budget, threads: int = THREADS) -> Twilio:
        """Make the Twilio of one invocation.

        Its threads are its own: calls that are given up do not keep the next one from
        its calls.

        Raises
        ------
        BadGateway
            The credentials cannot be read.
        """
        client = twilio_client(self.settings, self._credentials(), self._session, budget)
        pool = ThreadPoolExecutor(threads, thread_name_prefix="twilio")
        return Twilio(self.settings, client, budget, self._warm, pool)

    def table(self, context: LambdaContext) -> Table:
        """Open the table for one invocation, which has its locks for as long as it can last."""
        if self.settings.idempotency_table is None:
            raise ConfigurationError("IDEMPOTENCY_TABLE is not set; deploy the stack again")
        if self._dynamodb is None:
            self._dynamodb = boto3.client("dynamodb", config=AWS_CALLS)
        return Table(
            self.settings.idempotency_table,
            self._dynamodb,
            lambda: context.get_remaining_time_in_millis() + LOCK_MARGIN_MS,
        )

    def forget_credentials(self) -> None:
        """Read the secret again next time: Twilio refused what it held, so it may be rotated."""
        self._secrets.clear_cache()  # type: ignore[no-untyped-call]

    def _credentials(self) -> Credentials:
        """Read the secret: ``auth_token``, or ``api_key_sid`` and ``api_key_secret``."""
        try:
            secret: Any = self._secrets.get(
                self.settings.secret_arn, max_age=SECRET_SECONDS, transform="json"
            )
            if secret.get("auth_token"):
                return Credentials(self.settings.account_sid, secret["auth_token"])
            return Credentials(secret["api_key_sid"], secret["api_key_secret"])
        except (GetParameterError, TransformParameterError, KeyError, AttributeError) as error:
            # The error's text may hold the secret.
            logger.error("secret not readable", error=type(error).__name__)  # noqa: TRY400
            raise BadGateway(
                "The Twilio credentials of this deployment cannot be read. Look at the secret of "
                "the stack's output and at the function's permission to read it.",
                code="twilio_credentials",
            ) from None
