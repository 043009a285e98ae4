"""The policy pack as the Pulumi engine starts it: `pulumi preview --policy-pack policy`."""

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


_POLICIES: list[Policy] = [
    *map(_resource_policy, RESOURCE_RULES),
    *map(_stack_policy, STACK_RULES),
]

# Serves the engine until it ends this process.
PolicyPack("flex-chat-transfer", _POLICIES, EnforcementLevel.MANDATORY)
