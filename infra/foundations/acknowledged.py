"""A finding of cdk-nag that we live with is acknowledged on its construct, with the reason."""

from aws_cdk import Acknowledgment, CfnElement, Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Say why `rule` does not apply here, e.g. `AwsSolutions-DDB3`; it counts for what is below."""
    pack = rule.partition("-")[0]
    Validations.of(construct).acknowledge(Acknowledgment(id=f"{pack}::{rule}", reason=reason))


def acknowledge_wildcard(role: IConstruct | None, resource: str, reason: str) -> None:
    """Say why a policy of the role ends in a wildcard; `resource` as cdk-nag spells it."""
    if role is None:
        raise TypeError("a function without a role")
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{resource}]", reason)


def spelled(construct: IConstruct, attribute: str = "") -> str:
    """How cdk-nag spells a reference to a construct: `<LogicalId>` or `<LogicalId.Attribute>`."""
    element = construct.node.default_child
    if not isinstance(element, CfnElement):
        raise TypeError(f"{construct.node.path} makes no resource")
    name = Stack.of(construct).get_logical_id(element)
    return f"<{name}.{attribute}>" if attribute else f"<{name}>"
