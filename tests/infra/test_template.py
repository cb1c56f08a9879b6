"""What is deployed keeps and forgets data where it must, and loses nothing silently."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from cfnlint.api import ManualArgs, lint  # type: ignore[import-untyped]  # it carries no types

from infra.foundations.installation import Stage, Target
from tests.infra import handlers
from tests.infra.reading import Plain, Template, spelled

ROOT = Path(__file__).resolve().parents[2]
RESOURCES_MAX = 480  # CloudFormation takes 500 (decisions: room-in-the-stack)
TABLE, QUEUE = "AWS::DynamoDB::Table", "AWS::SQS::Queue"


def table(template: Template, prefix: str) -> Plain:
    return template.of_type(TABLE)[template.named(TABLE, prefix)]


def recovery(properties: Plain) -> bool:
    return bool(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"])


def test_there_is_room_for_more(prod: Template) -> None:
    assert len(prod.body["Resources"]) < RESOURCES_MAX


def test_every_function_directory_is_deployed(prod: Template) -> None:
    directories = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    deployed = json.loads(prod.body["Outputs"]["Functions"]["Value"])
    assert set(deployed) == directories
    names = {p["FunctionName"] for p in prod.of_type("AWS::Lambda::Function").values()}
    assert set(deployed.values()) == names


@pytest.mark.parametrize(("stage", "target"), [("prod", "aws"), ("dev", "aws"), ("local", "local")])
def test_cfn_lint_finds_nothing(
    synthesized: Callable[[Stage, Target], Path], stage: Stage, target: Target
) -> None:
    template = synthesized(stage, target).read_text()
    found = lint(
        template,
        # The CDK has every function wait for its role, which a reference to it says already.
        config=ManualArgs(regions=["eu-central-1", "us-east-1"], ignore_checks=["W3005"]),
    )
    assert [f"{match.rule.id} {match.message}" for match in found] == []


def test_the_journal_is_kept_and_recoverable(prod: Template) -> None:
    journal = prod.resource(prod.named(TABLE, "Journal"))
    assert recovery(journal["Properties"])
    assert journal["Properties"]["DeletionProtectionEnabled"] is True
    assert journal["DeletionPolicy"] == journal["UpdateReplacePolicy"] == "Retain"
    assert "TimeToLiveSpecification" not in journal["Properties"]
    assert journal["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_nothing_is_kept_when_a_trial_ends(dev: Template, laptop: Template) -> None:
    for template in (dev, laptop):
        for kind in (TABLE, "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::S3::Bucket"):
            for name in template.of_type(kind):
                assert template.resource(name)["DeletionPolicy"] == "Delete", name


def test_core_is_recoverable_and_forgets_what_expires(prod: Template) -> None:
    core = table(prod, "Core")
    assert recovery(core)
    assert core["TimeToLiveSpecification"] == {"AttributeName": "expires_s", "Enabled": True}


def test_arrivals_expire(prod: Template) -> None:
    arrivals = table(prod, "Arrivals")
    assert arrivals["TimeToLiveSpecification"] == {"AttributeName": "expires_s", "Enabled": True}
    assert arrivals["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_a_deleted_data_key_is_gone(prod: Template, dev: Template, laptop: Template) -> None:
    """No backup and no stream may bring it back."""
    for template in (prod, dev, laptop):
        keys = table(template, "Keys")
        assert not recovery(keys)
        assert "StreamSpecification" not in keys
        assert not template.of_type("AWS::Backup::BackupPlan")


def test_tables_have_one_index_at_most(prod: Template) -> None:
    for prefix, indexed in (
        ("Arrivals", True),
        ("Core", True),
        ("Journal", False),
        ("Keys", False),
    ):
        properties = table(prod, prefix)
        indexes = properties.get("GlobalSecondaryIndexes", [])
        expected = [("gsi1", ["gsi1pk", "gsi1sk"], "ALL")] if indexed else []
        assert [
            (
                index["IndexName"],
                [part["AttributeName"] for part in index["KeySchema"]],
                index["Projection"]["ProjectionType"],
            )
            for index in indexes
        ] == expected


def test_every_queue_has_a_last_stop_or_is_one(prod: Template) -> None:
    queues = prod.of_type(QUEUE)
    last_stops = {
        spelled(properties["RedrivePolicy"]["deadLetterTargetArn"])
        for properties in queues.values()
        if "RedrivePolicy" in properties
    }
    for properties in prod.of_type("AWS::Lambda::EventSourceMapping").values():
        if "DestinationConfig" in properties:
            last_stops.add(spelled(properties["DestinationConfig"]["OnFailure"]["Destination"]))
    for properties in prod.of_type("AWS::Scheduler::Schedule").values():
        last_stops.add(spelled(properties["Target"]["DeadLetterConfig"]["Arn"]))
    for name, properties in queues.items():
        assert ("RedrivePolicy" in properties) != (f"<{name}.Arn>" in last_stops), name


def test_every_last_stop_raises_an_alarm(prod: Template) -> None:
    watched = {
        spelled(dimension["Value"])
        for alarm in prod.of_type("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and alarm["Threshold"] == 0
        for dimension in alarm["Dimensions"]
    }
    last_stops = {
        f"<{name}.QueueName>"
        for name, properties in prod.of_type(QUEUE).items()
        if "RedrivePolicy" not in properties
    }
    assert watched == last_stops


def test_every_alarm_is_heard(prod: Template) -> None:
    topic = prod.named("AWS::SNS::Topic", "AlarmTopic")
    for alarm in prod.of_type("AWS::CloudWatch::Alarm").values():
        assert [spelled(action) for action in alarm["AlarmActions"]] == [f"<{topic}>"]


def test_alarms_may_speak_to_the_topic(prod: Template) -> None:
    """A topic that has any policy of its own has lost the default one, which lets them."""
    (policy,) = prod.of_type("AWS::SNS::TopicPolicy").values()
    allowed = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert [(s["Principal"], s["Action"]) for s in allowed] == [
        ({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish")
    ]
    assert allowed[0]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }


def test_own_metrics_raise_alarms_of_their_stage(prod: Template) -> None:
    own = {
        alarm["MetricName"]: alarm["Dimensions"]
        for alarm in prod.of_type("AWS::CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "Goodword"
    }
    assert set(own) >= {"LedgerImbalance", "ClicksUnrecorded"}
    assert all(said == [{"Name": "stage", "Value": "prod"}] for said in own.values())


def test_streams_and_machines_raise_alarms(prod: Template) -> None:
    metrics = Counter(
        alarm.get("MetricName") for alarm in prod.of_type("AWS::CloudWatch::Alarm").values()
    )
    assert metrics["IteratorAge"] == 4
    assert metrics["ExecutionsFailed"] == metrics["ExecutionsTimedOut"] == 3


def test_queues_are_encrypted_and_refuse_plain_text(prod: Template) -> None:
    refusing = {
        spelled(queue)
        for policy in prod.of_type("AWS::SQS::QueuePolicy").values()
        for queue in policy["Queues"]
        if any(
            statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            for statement in policy["PolicyDocument"]["Statement"]
        )
    }
    for name, properties in prod.of_type(QUEUE).items():
        assert properties["SqsManagedSseEnabled"] is True
        assert f"<{name}>" in refusing


def test_functions_are_what_the_build_makes_packages_for(prod: Template) -> None:
    for properties in prod.of_type("AWS::Lambda::Function").values():
        assert properties["Runtime"] == "python3.13"
        assert properties["Architectures"] == ["arm64"]
        assert properties["Handler"] == "handler.handler"


def test_every_function_has_a_log_group_that_forgets(prod: Template) -> None:
    groups = prod.of_type("AWS::Logs::LogGroup")
    for properties in prod.of_type("AWS::Lambda::Function").values():
        logging = properties["LoggingConfig"]
        group = groups[logging["LogGroup"]["Ref"]]
        assert group["LogGroupName"] == f"/aws/lambda/{properties['FunctionName']}"
        assert group["RetentionInDays"] == 90
        assert logging["LogFormat"] == "JSON"
    assert all("RetentionInDays" in group for group in groups.values())


def test_the_redirect_is_light(prod: Template) -> None:
    redirect = prod.function("tracking_web")
    assert redirect["LoggingConfig"]["SystemLogLevel"] == "WARN"
    layers = [spelled(layer) for layer in redirect["Layers"]]
    assert len(layers) == 2
    assert not [layer for layer in layers if "Dependencies" in layer]


def test_exports_are_closed_versioned_and_refuse_plain_text(prod: Template) -> None:
    assert len(prod.of_type("AWS::S3::Bucket")) == 2
    policies = {
        policy["Bucket"]["Ref"]: policy["PolicyDocument"]["Statement"]
        for policy in prod.of_type("AWS::S3::BucketPolicy").values()
    }
    for name, bucket in prod.of_type("AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        denied = [s["Condition"] for s in policies[name] if s["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in denied


def test_copies_of_seals_are_locked_for_as_long_as_books_are_kept(
    prod: Template, dev: Template, laptop: Template
) -> None:
    for template, mode, days in (
        (prod, "COMPLIANCE", 3_650),
        (dev, "GOVERNANCE", 1),
        (laptop, "GOVERNANCE", 1),
    ):
        bucket = template.of_type("AWS::S3::Bucket")[template.named("AWS::S3::Bucket", "Seals")]
        assert bucket["ObjectLockEnabled"] is True
        assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {
            "Mode": mode,
            "Days": days,
        }
        assert "LifecycleConfiguration" not in bucket


def test_the_key_of_seals_signs_and_does_nothing_else(prod: Template) -> None:
    key = prod.of_type("AWS::KMS::Key")[prod.named("AWS::KMS::Key", "SealKey")]
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_the_sealer_runs_every_minute(prod: Template) -> None:
    clock = prod.of_type("AWS::Scheduler::Schedule")[
        next(n for n in prod.of_type("AWS::Scheduler::Schedule") if "LedgerScheduleSeal" in n)
    ]
    assert clock["ScheduleExpression"] == "rate(1 minute)"


def test_secrets_are_made_by_aws(prod: Template) -> None:
    secrets = prod.of_type("AWS::SecretsManager::Secret")
    filled_in = {name for name in secrets if name.startswith(("Rail", "CrmKeys"))}
    assert (len(secrets), len(filled_in)) == (7, 3)
    assert {secrets[name]["SecretString"] for name in filled_in} == {"{}"}
    for properties in (each for name, each in secrets.items() if name not in filled_in):
        assert properties["GenerateSecretString"]["PasswordLength"] == 64
        assert "SecretString" not in properties


def test_time_travel_and_play_money_stay_away_from_production(
    prod: Template, dev: Template, laptop: Template
) -> None:
    assert {"ClockFile", "RailSimulatorUrl"} & set(prod.body["Parameters"]) == set()
    assert {"ClockFile", "RailSimulatorUrl"} & set(dev.body["Parameters"]) == {"RailSimulatorUrl"}
    assert {"ClockFile", "RailSimulatorUrl"} <= set(laptop.body["Parameters"])
    for properties in prod.of_type("AWS::Lambda::Function").values():
        settings = properties["Environment"]["Variables"]
        assert settings["CLOCK_FILE"] == ""
        assert settings.get("RAIL_SIMULATOR_URL", "") == ""


def test_the_laptop_deploys_the_same_resources(prod: Template, laptop: Template) -> None:
    """Except the refusal of plain text on the bucket: the emulator speaks HTTP, and knows it.

    And the style of Cognito's own sign-in page, of which the emulator has one of its own.
    """

    def kinds(template: Template) -> Counter[str]:
        return Counter(one["Type"] for one in template.body["Resources"].values())

    ours = {"AWS::S3::BucketPolicy": 2, "AWS::Cognito::ManagedLoginBranding": 1}
    assert kinds(prod) - kinds(laptop) == Counter(ours)
    assert kinds(laptop) - kinds(prod) == Counter()


def test_people_sign_in_on_pages_that_know_their_language(prod: Template) -> None:
    (domain,) = prod.of_type("AWS::Cognito::UserPoolDomain").values()
    assert domain["ManagedLoginVersion"] == 2
    (style,) = prod.of_type("AWS::Cognito::ManagedLoginBranding").values()
    assert style["UseCognitoProvidedValues"] is True
    assert style["ClientId"]["Ref"].startswith("Pages")


def test_what_tools_need_to_know_is_an_output(prod: Template) -> None:
    assert set(prod.body["Outputs"]) >= {
        "ApiUrl",
        "ApiId",
        "UserPoolId",
        "UserPoolClientId",
        "ArrivalsTable",
        "JournalTable",
        "CoreTable",
        "KeysTable",
        "BusName",
        "ExportsBucket",
        "RewardApprovalArn",
        "PayoutCycleArn",
        "Functions",
    }


def test_machines_are_standard_logged_without_data_and_fully_substituted(prod: Template) -> None:
    machines = prod.of_type("AWS::StepFunctions::StateMachine").values()
    assert len(machines) == 3
    for machine in machines:
        assert machine["StateMachineType"] == "STANDARD"
        assert machine["LoggingConfiguration"]["Level"] == "ALL"
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
        assert machine["TracingConfiguration"] == {"Enabled": True}
        definition = machine["DefinitionString"]
        for name in machine["DefinitionSubstitutions"]:
            definition = definition.replace(f"${{{name}}}", "arn:aws:lambda:there:1:function:f")
        assert "${" not in definition
        json.loads(definition)


def test_every_metric_that_means_trouble_raises_an_alarm(prod: Template) -> None:
    """A metric that code emits is watched, or listed here as a mere figure."""
    figures = {"DeliveriesForged", "MessagesSent", "LedgerUnsettled", "LedgerSealed"}
    emitted = {
        name
        for root in ("layers/platform/python/goodword_aws", "functions")
        for source in (ROOT / root).rglob("*.py")
        for name in handlers.metrics_of(source)
    }
    watched = {
        alarm["MetricName"]
        for alarm in prod.of_type("AWS::CloudWatch::Alarm").values()
        if alarm.get("Namespace") == "Goodword"
    }
    assert emitted - figures == watched
