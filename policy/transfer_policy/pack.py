"""Hands the rules to the Pulumi engine. Only here the policy SDK is needed."""

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from transfer_policy.resource import Resource
from transfer_policy.rules import RESOURCE_RULES, STACK_RULES, ResourceRule, StackRule


def _resource_policy(rule: ResourceRule) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in rule.types:
            for message in rule.check(Resource(args.resource_type, args.name, args.props)):
                report(message, None)

    return ResourceValidationPolicy(rule.name, rule.description, validate)


def _stack_policy(rule: StackRule) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [
            Resource(found.resource_type, found.name, found.props, found.urn)
            for found in args.resources
        ]
        for finding in rule.check(resources):
            report(finding.message, finding.resource.urn)

    return StackValidationPolicy(rule.name, rule.description, validate)


def serve() -> None:
    """Serve the engine every rule, each of them mandatory, until it ends this process."""
    policies = [*map(_resource_policy, RESOURCE_RULES), *map(_stack_policy, STACK_RULES)]
    PolicyPack("flex-chat-transfer", policies, EnforcementLevel.MANDATORY)
