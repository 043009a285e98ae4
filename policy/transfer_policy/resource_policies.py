"""Rules for policies that are attached to a resource: who else may use it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from transfer_policy.access import statements_of
from transfer_policy.rule import Finding, Resource, nested, of_type, stack_rule, texts

# Where each type has its policy. A key always has one; without it AWS gives the account's own.
_POLICIES: Final = {
    "aws:kms/key:Key": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}
_ROLE: Final = "aws:iam/role:Role"
_PRINCIPAL: Final = re.compile(r"(?:arn:[^:*?]+:(?:iam|sts)::)?([0-9]{12})(?::.+)?")

# Conditions that hold who may come to one account or one resource.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_WITHIN: Final = frozenset(
    {"aws:sourceaccount", "aws:sourcearn", "aws:principalaccount", "kms:calleraccount"}
)
_WITHIN_PREFIX: Final = "kms:encryptioncontext:"


@stack_rule(
    "resource-policy",
    "A policy of a queue, topic, secret or key lets in the account alone, or only forbids.",
)
def resource_policy(resources: Sequence[Resource]) -> Iterator[Finding]:
    accounts = set(_accounts(resources))
    for type_, key in _POLICIES.items():
        for resource in of_type(resources, type_):
            if key not in set(resource.props):
                continue
            for statement in statements_of(resource.props[key]):
                sid = statement.get("Sid", "a statement without a Sid")
                for fault in _faults(statement, accounts):
                    yield resource, f"{sid}: {fault}"


def _accounts(resources: Sequence[Resource]) -> Iterator[str]:
    """Return the stack's account, which the trust of the schedules' roles names."""
    for role in of_type(resources, _ROLE):
        for statement in statements_of(role.props["assumeRolePolicy"]):
            account = nested(statement, "Condition", "StringEquals", "aws:SourceAccount")
            if account:
                yield str(account)


def _faults(statement: Mapping[str, Any], accounts: set[str]) -> Iterator[str]:
    if statement.get("Effect") != "Allow":
        return
    if "NotPrincipal" in statement:
        yield "NotPrincipal allows all but what it names; expected who is allowed"
    principal = statement.get("Principal", {})
    if principal == "*":
        principal = {"AWS": "*"}
    is_within = any(_is_within(key) for key in _keys(statement))
    for kind, named in principal.items():
        for name in texts(named):
            found = _PRINCIPAL.fullmatch(name)
            if kind == "AWS" and found and found[1] not in accounts:
                yield f"account {found[1]} is let in; expected the stack's own"
            elif not (kind == "AWS" and found) and not is_within:
                yield f"{name!r} is let in; expected a condition on the account or on one resource"


def _keys(statement: Mapping[str, Any]) -> Iterator[str]:
    """Return the keys of conditions that name something, in lower case as IAM compares them."""
    for operator, compared in (statement.get("Condition") or {}).items():
        is_exact = operator in {"StringEquals", "ArnEquals", "StringLike", "ArnLike"}
        for key, values in compared.items():
            if is_exact and all(value not in {"*", ""} for value in texts(values)):
                yield key.lower()


def _is_within(key: str) -> bool:
    return key in _WITHIN or key.startswith(_WITHIN_PREFIX)
