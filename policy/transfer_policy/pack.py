"""Hands the rules to the Pulumi engine. Only this module needs the policy SDK."""

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

from transfer_policy import RULES
from transfer_policy.rule import Resource, Rule


def _policy(rule: Rule) -> Policy:
    def of_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for _, message in rule.check([Resource(args.resource_type, args.name, args.props)]):
            report(message, None)

    def of_stack(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [
            Resource(found.resource_type, found.name, found.props, found.urn)
            for found in args.resources
        ]
        for resource, message in rule.check(resources):
            report(message, resource.urn)

    if rule.types:
        return ResourceValidationPolicy(rule.name, rule.description, of_resource)
    return StackValidationPolicy(rule.name, rule.description, of_stack)


def serve() -> None:
    """Serve the engine every rule, each of them mandatory, until it ends this process."""
    PolicyPack("flex-chat-transfer", list(map(_policy, RULES)), EnforcementLevel.MANDATORY)
