"""Decides which files of each wheel go into the Lambda bundle.

The whole wheels are some 30 MB, mostly clients of Twilio products that the handlers do not call. A
smaller bundle starts faster. A test imports the handlers from the bundle alone, so a list that
leaves out too much fails there.
"""

from pathlib import PurePosixPath
from typing import Final

# The products that the handlers call. `twilio.rest.Client` imports each of them when it is first
# used.
TWILIO_PRODUCTS: Final = frozenset({"chat", "conversations", "flex_api", "iam", "taskrouter"})

# Neither code nor data that is read at run time.
_UNUSED_SUFFIXES: Final = frozenset({".c", ".css", ".js", ".pyi", ".typed"})

# Folders of a wheel that are not packages: metadata, scripts, types of compiled modules.
_NO_PACKAGE: Final = (".dist-info", ".data", "-stubs")

# Files next to our sources that are not code.
_NOT_CODE: Final = frozenset({"requirements.in", "requirements.txt", "README.md"})
_NO_SOURCES: Final = frozenset({"__pycache__", "tests"})

# Instrumentation and utilities for packages that are not in the bundle; a slash ends each path.
_UNUSED: Final = (
    "aws_lambda_powertools/utilities/auth_alpha/",
    "aws_lambda_powertools/utilities/circuit_breaker/",
    "aws_lambda_powertools/utilities/data_masking/",
    "aws_lambda_powertools/utilities/feature_flags/",
    "aws_lambda_powertools/utilities/kafka/",
    "aws_lambda_powertools/utilities/parser/",
    "aws_lambda_powertools/utilities/streaming/",
    "aws_xray_sdk/ext/aiobotocore/",
    "aws_xray_sdk/ext/aiohttp/",
    "aws_xray_sdk/ext/bottle/",
    "aws_xray_sdk/ext/django/",
    "aws_xray_sdk/ext/flask/",
    "aws_xray_sdk/ext/flask_sqlalchemy/",
    "aws_xray_sdk/ext/httpx/",
    "aws_xray_sdk/ext/mysql/",
    "aws_xray_sdk/ext/pg8000/",
    "aws_xray_sdk/ext/psycopg/",
    "aws_xray_sdk/ext/psycopg2/",
    "aws_xray_sdk/ext/pymongo/",
    "aws_xray_sdk/ext/pymysql/",
    "aws_xray_sdk/ext/pynamodb/",
    "aws_xray_sdk/ext/sqlalchemy/",
    "aws_xray_sdk/ext/sqlalchemy_core/",
    "aws_xray_sdk/ext/sqlite3/",
    "charset_normalizer/cli/",
    # JWTs of Twilio's organizations and client SDKs.
    "jwt/",
    "twilio/auth_strategy/token_auth_strategy.py/",
    "twilio/http/validation_client.py/",
    "twilio/jwt/",
    "twilio/http/async_http_client.py/",
    "twilio/twiml/",
    "urllib3/contrib/emscripten/",
)


def is_needed(file: PurePosixPath) -> bool:
    """Whether a wheel's file goes into the bundle.

    Parameters
    ----------
    file
        Its path inside the wheel, which is its path inside the bundle.
    """
    package = file.parts[0]
    if package.endswith(_NO_PACKAGE) or file.suffix in _UNUSED_SUFFIXES or "tests" in file.parts:
        return False
    if file.parts[:2] == ("twilio", "rest") and len(file.parts) > 3:  # noqa: PLR2004 - below a product's folder
        return file.parts[2] in TWILIO_PRODUCTS
    return not f"{file}/".startswith(_UNUSED)


def is_source(file: PurePosixPath) -> bool:
    """Whether a file of the Lambda source root goes into the bundle.

    Parameters
    ----------
    file
        Its path inside the source root.
    """
    is_left_out = any(part.startswith(".") or part in _NO_SOURCES for part in file.parts)
    return not is_left_out and file.name not in _NOT_CODE
