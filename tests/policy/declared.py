"""The program's resources as the rules get them, and changes that break a rule."""

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.infra.declared import Program
from transfer_policy import RULES
from transfer_policy.rule import Resource


def resources_of(program: Program) -> list[Resource]:
    """Return the program's resources in the form in which the engine hands them to a rule."""
    return [
        Resource(found.type, found.name, found.inputs, f"{found.type}::{found.name}")
        for found in program.resources
    ]


def findings(resources: Sequence[Resource]) -> dict[str, list[str]]:
    """Return what every rule finds, by the rule's name; a rule without findings is left out."""
    found = {rule.name: [message for _, message in rule.check(resources)] for rule in RULES}
    return {name: messages for name, messages in found.items() if messages}


def with_value(
    resources: Sequence[Resource], type_: str, name: str, path: Sequence[str], value: Any
) -> list[Resource]:
    """Return the resources with one value of one of them replaced, or removed if it is None."""
    changed: list[Resource] = []
    hit = False
    for resource in resources:
        if (resource.type, resource.name) != (type_, name):
            changed.append(resource)
            continue
        hit = True
        props = copy.deepcopy(dict(resource.props))
        _replace(props, path, value)
        changed.append(Resource(type_, name, props, resource.urn))
    assert hit, f"the program declares no {type_} named {name}"
    return changed


def _replace(props: dict[str, Any], path: Sequence[str], value: Any) -> None:
    inner = props
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value


def policy(*statements: Mapping[str, Any]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str]) -> dict[str, Any]:
    """Return a statement."""
    return {"Sid": "Changed", "Effect": "Allow", "Action": action, "Resource": resource}
