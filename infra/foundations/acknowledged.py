"""A finding of cdk-nag that we live with is acknowledged on its construct, with the reason."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Say why `rule` does not apply here, e.g. `AwsSolutions-DDB3`; it counts for what is below."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
