"""No template for AWS leaves this app that cdk-nag's AwsSolutions and Serverless packs refuse."""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks


def check_rules(app: App) -> None:
    """Have both packs look at every construct when the app is synthesized; a finding stops it."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
