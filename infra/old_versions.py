"""Deletes old versions of functions, since AWS charges for each version with SnapStart.

Run `python infra/old_versions.py FUNCTION ...` after a deployment.
"""

import argparse
import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

KEPT: Final = 2


def deletable(versions: Collection[int], aliased: Collection[int], kept: int) -> list[int]:
    """Return the versions to delete, oldest first: neither the newest nor aliased ones.

    Parameters
    ----------
    versions
        Every published version.
    aliased
        The versions that an alias points to.
    kept
        How many of the newest to keep.
    """
    return [version for version in sorted(versions)[:-kept] if version not in aliased]


def delete_old_versions(client: "LambdaClient", function: str, kept: int) -> list[int]:
    """Delete a function's old versions and return them."""
    versions = {
        int(found["Version"])
        for page in client.get_paginator("list_versions_by_function").paginate(
            FunctionName=function
        )
        for found in page["Versions"]
        if found["Version"] != "$LATEST"
    }
    aliased = {
        int(version)
        for page in client.get_paginator("list_aliases").paginate(FunctionName=function)
        for alias in page["Aliases"]
        for version in (
            alias["FunctionVersion"],
            *alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
        )
        if version != "$LATEST"
    }
    gone = deletable(versions, aliased, kept)
    for version in gone:
        client.delete_function(FunctionName=function, Qualifier=str(version))
    return gone


def main(arguments: Sequence[str] | None = None) -> None:
    """Delete the old versions of the given functions."""
    parser = argparse.ArgumentParser(description="Delete old versions of Lambda functions.")
    parser.add_argument("functions", nargs="+", metavar="FUNCTION", help="a function's name")
    parser.add_argument(
        "--keep", type=int, default=KEPT, metavar="N", help=f"the newest to keep ({KEPT})"
    )
    parser.add_argument(
        "--region",
        default=os.environ.get("AWS_REGION"),
        help="AWS's region; by default AWS_REGION or the profile's",
    )
    given = parser.parse_args(arguments)
    if given.keep < 1:
        parser.error("--keep must be at least 1: a version without an alias is to go back to")
    try:
        client = boto3.client("lambda", region_name=given.region)
        for function in given.functions:
            gone = delete_old_versions(client, function, given.keep)
            print(f"{function}: deleted {', '.join(map(str, gone)) or 'nothing'}")  # noqa: T201
    except (BotoCoreError, ClientError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
