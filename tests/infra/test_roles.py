"""A role may do what its function needs; these are the limits that must never move by accident."""

import pytest

from tests.infra.reading import Template

JOURNAL_MAY = {
    "dynamodb:PutItem",
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
}
FOLDS_THE_JOURNAL = {"ledger_schedule"}
OPENING = {"kms:Decrypt", "kms:GenerateDataKey"}
OPENS_THE_VAULT = {
    *("advocates_api", "portal_web", "console_web", "trust_api", "payouts_task", "messages_queue"),
    *("privacy_queue", "privacy_schedule", "journeys_api_asks"),
    *("journeys_queue_crm", "journeys_schedule_crm"),  # who was introduced, for sales
}
# What has no ARN in AWS's own reference: log delivery and tracing of state machines.
NAMELESS = {
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
}


def directories(template: Template) -> set[str]:
    names = {p["FunctionName"] for p in template.of_type("AWS::Lambda::Function").values()}
    return {name.split("-", 2)[2] for name in names}


def who_may(template: Template, action: str, resource: str) -> set[str]:
    return {name for name in directories(template) if (action, resource) in template.may(name)}


def test_nobody_may_change_or_delete_in_the_journal(prod: Template, laptop: Template) -> None:
    for template in (prod, laptop):
        journal = template.named("AWS::DynamoDB::Table", "Journal")
        on_journal = {
            action
            for statement in template.statements()
            for resource in statement.resources
            for action in statement.actions
            if resource.startswith(f"<{journal}.Arn>")
        }
        assert on_journal == JOURNAL_MAY


def test_only_the_nightly_check_may_read_the_whole_journal(prod: Template) -> None:
    journal = f"<{prod.named('AWS::DynamoDB::Table', 'Journal')}.Arn>"
    assert who_may(prod, "dynamodb:Scan", journal) == FOLDS_THE_JOURNAL


def test_the_redirect_may_read_links_and_put_clicks_and_nothing_else(prod: Template) -> None:
    core = prod.named("AWS::DynamoDB::Table", "Core")
    arrivals = prod.named("AWS::DynamoDB::Table", "Arrivals")
    secret = prod.named("AWS::SecretsManager::Secret", "ClickSecret")
    logs = prod.named("AWS::Logs::LogGroup", "TrackingWebLogs")
    assert prod.may("tracking_web") == {
        ("logs:CreateLogStream", f"<{logs}.Arn>"),
        ("logs:PutLogEvents", f"<{logs}.Arn>"),
        ("dynamodb:GetItem", f"<{core}.Arn>"),
        ("dynamodb:PutItem", f"<{arrivals}.Arn>"),
        ("secretsmanager:GetSecretValue", f"<{secret}.Id>"),
    }


def test_the_intake_may_read_sources_and_put_deliveries_and_nothing_else(prod: Template) -> None:
    core = prod.named("AWS::DynamoDB::Table", "Core")
    arrivals = prod.named("AWS::DynamoDB::Table", "Arrivals")
    key = prod.named("AWS::KMS::Key", "VaultKey")
    logs = prod.named("AWS::Logs::LogGroup", "ConversionsWebLogs")
    assert prod.may("conversions_web") == {
        ("logs:CreateLogStream", f"<{logs}.Arn>"),
        ("logs:PutLogEvents", f"<{logs}.Arn>"),
        ("dynamodb:GetItem", f"<{core}.Arn>"),
        ("dynamodb:PutItem", f"<{arrivals}.Arn>"),
        ("kms:GenerateDataKey", f"<{key}.Arn>"),
        ("kms:Decrypt", f"<{key}.Arn>"),
    }


def test_only_what_sends_holds_the_keys_of_rails(prod: Template) -> None:
    keys, signs = (
        f"<{prod.named('AWS::SecretsManager::Secret', name)}.Id>"
        for name in ("RailKeys", "RailSigns")
    )
    assert who_may(prod, "secretsmanager:GetSecretValue", keys) == {"payouts_task"}
    assert who_may(prod, "secretsmanager:GetSecretValue", signs) == {"payouts_web"}


def test_the_door_of_rails_may_put_notices_and_nothing_else(prod: Template) -> None:
    arrivals = prod.named("AWS::DynamoDB::Table", "Arrivals")
    signs = prod.named("AWS::SecretsManager::Secret", "RailSigns")
    logs = prod.named("AWS::Logs::LogGroup", "PayoutsWebLogs")
    assert prod.may("payouts_web") == {
        ("logs:CreateLogStream", f"<{logs}.Arn>"),
        ("logs:PutLogEvents", f"<{logs}.Arn>"),
        ("dynamodb:PutItem", f"<{arrivals}.Arn>"),
        ("secretsmanager:GetSecretValue", f"<{signs}.Id>"),
    }


@pytest.mark.parametrize(
    ("directory", "partitions"),
    [("tracking_web", ["CODE#*"]), ("conversions_web", ["SRC#*"])],
)
def test_public_functions_read_only_their_partitions_of_core(
    prod: Template, laptop: Template, directory: str, partitions: list[str]
) -> None:
    for template in (prod, laptop):
        core = f"<{template.named('AWS::DynamoDB::Table', 'Core')}.Arn>"
        reading = [
            statement
            for statement in template.statements()
            if statement.role == template.role_of(directory) and core in statement.resources
        ]
        assert [one.actions for one in reading] == [("dynamodb:GetItem",)]
        assert reading[0].conditions == {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": partitions}
        }


def test_whoever_shows_a_dashboard_may_read_what_is_ready(prod: Template) -> None:
    """With NET-n the day of a payout is asked of the index of due rewards."""
    core = prod.named("AWS::DynamoDB::Table", "Core")
    showing = {"advocates_api", "portal_web", "console_web", "privacy_queue", "privacy_schedule"}
    reading = {
        name
        for name in showing
        if any(
            action == "dynamodb:Query" and resource.startswith(f"<{core}.Arn>/index/")
            for action, resource in prod.may(name)
        )
    }
    assert reading == showing


def test_who_checks_and_deletes_is_who_does(prod: Template) -> None:
    """Most Changes only put. The others are listed here, with what they check and delete."""
    core = f"<{prod.named('AWS::DynamoDB::Table', 'Core')}.Arn>"
    pays = {"payouts_task"}  # the run's state; the mark that it is open
    links = {"advocates_api", "portal_web"}  # the enrolment's state; an old payout method
    decides = {"conversions_stream", "conversions_schedule"}  # no order yet; parked refunds
    publishes = {"programs_api_drafts", "console_web"}  # the replay of the draft
    grants = {"trust_api"}  # the enrolment of whom an order is granted to
    walks = {"journeys_task", "journeys_schedule", "journeys_queue"}  # whom journeys ask
    tells = {"messages_queue"}  # that the programme of a request goes on
    journeys = {"journeys_api"}  # a draft that was published; that nobody is forgotten meanwhile
    shines = {"journeys_api_asks"}  # the story that is put into the spotlight
    hands = {"rewards_api"}  # that whom something is handed to may have it
    erases = {"privacy_schedule"}  # no balance moved; whatever a person could be found or read by
    checks = pays | links | decides | publishes | grants | walks | shines | hands | erases
    returns = {"payouts_api"}  # the ban of whom a payment came back from
    checks |= journeys | tells | returns
    assert who_may(prod, "dynamodb:ConditionCheckItem", core) == checks
    marks = {"console_web"}  # the place on the list of a segment that somebody left
    deletes = pays | links | decides | journeys | erases | marks
    assert who_may(prod, "dynamodb:DeleteItem", core) == deletes


def test_personal_data_keys_are_within_reach_of_few_functions(prod: Template) -> None:
    keys = f"<{prod.named('AWS::DynamoDB::Table', 'Keys')}.Arn>"
    assert who_may(prod, "dynamodb:GetItem", keys) == OPENS_THE_VAULT
    assert who_may(prod, "dynamodb:PutItem", keys) == {"advocates_api", "portal_web", "console_web"}
    assert who_may(prod, "dynamodb:DeleteItem", keys) == {"privacy_schedule"}
    assert {action for name in OPENS_THE_VAULT for action, of in prod.may(name) if of == keys} == {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:DeleteItem",
    }


def test_who_opens_deliveries_cannot_open_people_and_the_other_way_round(prod: Template) -> None:
    """Every use of the vault key names a purpose or a person; on AWS the condition is strict.

    A role that only seals (the secret of a source that the console makes) opens nothing by it. The
    one secret that goes with people is that by which messages to a company's own system are signed.
    """
    roles = {prod.role_of(name): name for name in directories(prod)}
    contexts: dict[str, set[str]] = {}
    signs = [("kms:EncryptionContext:purpose", ["webhook"])]
    for statement in prod.statements():
        if any(action in OPENING for action in statement.actions):
            ((operator, wanted),) = statement.conditions.items()
            assert operator in {"StringEquals", "StringLike"}
            if "kms:Decrypt" in statement.actions and list(wanted.items()) != signs:
                contexts.setdefault(roles[statement.role], set()).update(wanted)
    person, purpose = "kms:EncryptionContext:person", "kms:EncryptionContext:purpose"
    assert {name for name, of in contexts.items() if person in of} == OPENS_THE_VAULT
    assert not [name for name, of in contexts.items() if of == {person, purpose}]


def test_only_programs_and_intake_touch_the_secrets_of_sources(prod: Template) -> None:
    roles = {prod.role_of(name): name for name in directories(prod)}
    touching = {
        (roles[statement.role], action)
        for statement in prod.statements()
        for conditions in statement.conditions.values()
        if "source" in conditions.get("kms:EncryptionContext:purpose", [])
        for action in statement.actions
    }
    assert touching == {
        ("programs_api", "kms:GenerateDataKey"),
        ("console_web", "kms:GenerateDataKey"),
        ("conversions_web", "kms:Decrypt"),
    }


def test_only_an_admins_desk_seals_what_signs_webhooks_and_only_the_sender_opens_it(
    prod: Template,
) -> None:
    roles = {prod.role_of(name): name for name in directories(prod)}
    touching = {
        (roles[statement.role], action)
        for statement in prod.statements()
        for conditions in statement.conditions.values()
        if "webhook" in conditions.get("kms:EncryptionContext:purpose", [])
        for action in statement.actions
    }
    assert touching == {
        ("programs_api", "kms:GenerateDataKey"),
        ("console_web", "kms:GenerateDataKey"),
        ("messages_queue", "kms:Decrypt"),
    }


def test_only_the_sealer_signs_and_only_with_the_key_of_seals(prod: Template) -> None:
    key = f"<{prod.named('AWS::KMS::Key', 'SealKey')}.Arn>"
    signing = [s for s in prod.statements() if "kms:Sign" in s.actions]
    assert [(s.role, s.resources) for s in signing] == [
        (prod.role_of("ledger_schedule_seal"), (key,))
    ]
    assert signing[0].conditions == {
        "StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW"}
    }
    assert {action for name in directories(prod) for action, of in prod.may(name) if of == key} == {
        "kms:Sign",
        "kms:GetPublicKey",
    }


def test_nobody_may_delete_a_copy_of_a_seal_or_shorten_its_lock(prod: Template) -> None:
    bucket = f"<{prod.named('AWS::S3::Bucket', 'Seals')}.Arn>"
    reaching = {
        (s.role, action)
        for s in prod.statements()
        for resource in s.resources
        for action in s.actions
        if resource.startswith(bucket)
    }
    sealer = prod.role_of("ledger_schedule_seal")
    assert reaching == {(sealer, "s3:PutObject"), (sealer, "s3:GetObject")}


def test_the_noter_reaches_leaves_and_nothing_else_of_core(prod: Template) -> None:
    core = f"<{prod.named('AWS::DynamoDB::Table', 'Core')}.Arn>"
    (own,) = (
        s
        for s in prod.statements()
        if s.role == prod.role_of("ledger_stream_leaves") and core in s.resources
    )
    assert own.actions == ("dynamodb:BatchGetItem", "dynamodb:PutItem")
    assert own.conditions == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["LEAF#*"]}}


def test_no_action_is_a_wildcard(prod: Template, laptop: Template) -> None:
    for template in (prod, laptop):
        wild = [s for s in template.statements() if any("*" in action for action in s.actions)]
        assert wild == []


def test_only_what_has_no_arn_is_allowed_on_every_resource(prod: Template) -> None:
    everywhere = {action for s in prod.statements() if "*" in s.resources for action in s.actions}
    assert everywhere <= NAMELESS


def test_on_a_laptop_only_mail_and_answers_are_also_without_a_name(laptop: Template) -> None:
    everywhere = {action for s in laptop.statements() if "*" in s.resources for action in s.actions}
    assert everywhere - NAMELESS == {"states:SendTaskSuccess", "ses:SendEmail"}


def test_no_wildcard_reaches_a_table(prod: Template) -> None:
    for statement in prod.statements():
        if any(action.startswith("dynamodb:") for action in statement.actions):
            assert not [resource for resource in statement.resources if "*" in resource]


def test_every_function_has_a_role_of_its_own(prod: Template) -> None:
    roles = [prod.role_of(name) for name in directories(prod)]
    assert len(roles) == len(directories(prod)) > 20
    assert len(set(roles)) == len(roles)


def test_roles_hold_no_managed_policies(prod: Template) -> None:
    for properties in prod.of_type("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in properties


def test_mail_leaves_from_one_address_only(prod: Template) -> None:
    sending = [s for s in prod.statements() if "ses:SendEmail" in s.actions]
    assert {s.role for s in sending} == {prod.role_of("messages_queue"), prod.role_of("portal_web")}
    for one in sending:
        assert one.conditions == {"StringEquals": {"ses:FromAddress": {"Ref": "MailSender"}}}
