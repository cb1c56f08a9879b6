"""What the pages reach beside the tables: files for the bank, and what staff is called."""

from goodword.limits import BANK_FILE_DAYS

from tests.infra.reading import Template


def test_of_payment_files_the_console_reads_those_for_the_bank_and_nothing_else(
    prod: Template,
) -> None:
    bucket = f"<{prod.named('AWS::S3::Bucket', 'Exports')}.Arn>/"
    reaching = {
        (action, resource.removeprefix(bucket))
        for s in prod.statements()
        if s.role == prod.role_of("console_web")
        for resource in s.resources
        for action in s.actions
        if resource.startswith(bucket)
    }
    assert reaching == {("s3:GetObject", "extracts/*"), ("s3:GetObject", "payouts/files/*")}
    rules = prod.of_type("AWS::S3::Bucket")[prod.named("AWS::S3::Bucket", "Exports")]
    kept = {
        rule["Prefix"]: rule["ExpirationInDays"]
        for rule in rules["LifecycleConfiguration"]["Rules"]
        if "Prefix" in rule
    }
    assert kept["payouts/files/"] == BANK_FILE_DAYS


def test_only_privacy_closes_accounts_and_only_the_console_finds_names(prod: Template) -> None:
    found = {
        (s.role, action)
        for s in prod.statements()
        for action in s.actions
        if action.startswith("cognito-idp:")
    }
    privacy, console = prod.role_of("privacy_schedule"), prod.role_of("console_web")
    journeys = prod.role_of("journeys_api")  # who a hand-over may be given to
    assert found == {
        (journeys, "cognito-idp:ListUsersInGroup"),
        (console, "cognito-idp:ListUsersInGroup"),
        (privacy, "cognito-idp:ListUsers"),
        (privacy, "cognito-idp:AdminDeleteUser"),
        (console, "cognito-idp:ListUsers"),
    }
