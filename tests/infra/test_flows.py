"""Streams, queues and clocks start exactly the function they are for, and fail record by record."""

import json

import pytest

from tests.infra.reading import Plain, Template, spelled

TABLE, QUEUE = "AWS::DynamoDB::Table", "AWS::SQS::Queue"


@pytest.mark.parametrize(
    ("directory", "source", "kind"),
    [
        ("tracking_stream", "Arrivals", "click"),
        ("conversions_stream", "Arrivals", "delivery"),
        ("ledger_stream", "Journal", "event"),
    ],
)
def test_a_stream_brings_new_items_of_one_kind(
    prod: Template, directory: str, source: str, kind: str
) -> None:
    mapping = _mapping(prod, directory)
    stream = prod.named(TABLE, source)
    assert spelled(mapping["EventSourceArn"]) == f"<{stream}.StreamArn>"
    (pattern,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"kind": {"S": [kind]}}},
    }
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert mapping["MaximumRetryAttempts"] > 0


@pytest.mark.parametrize(
    ("directory", "types"),
    [
        ("rewards_queue", ["reward.created"]),
        (
            "journeys_queue",
            [
                "journey.signal_noted",
                "journey.subject_known",
                "journey.wishes_changed",
                "journey.published",
                "journey.state_changed",
                "journey.turned",
                "program.state_changed",
                "journey.entered",
                "journey.asked",
                "journey.reminded",
                "journey.ask_accepted",
                "journey.ask_submitted",
                "journey.ask_accepted_work",
                "journey.feedback_given",
                "enrolment.activated",
                "enrolment.banned",
                "enrolment.declined",
                "enrolment.left",
                "enrolment.milestone_reached",
                "enrolment.paused",
                "enrolment.unbanned",
                "conversion.decided",
                "conversion.merged",
                "conversion.reinstated",
                "conversion.reversed",
            ],
        ),
        (
            "journeys_queue_crm",
            [
                "opportunity.opened",
                "opportunity.changed",
                "opportunity.won",
                "opportunity.lost",
                "opportunity.influenced",
                "conversion.decided",
                "conversion.merged",
                "conversion.reinstated",
                "conversion.reversed",
                "reward.created",
                "reward.on_hold",
                "reward.approved",
                "reward.due",
                "reward.batched",
                "reward.paid",
                "reward.rejected",
                "reward.void",
                "reward.reversed",
                "reward.reinstated",
                "reward.reopened",
                "journey.contact_known",
                "introduction.made",
                "introduction.taken_out",
            ],
        ),
        (
            "programs_queue",
            [
                "program.replay_asked",
                "program.replay_continues",
                "program.version_published",
                "program.version_promoted",
                "program.version_withdrawn",
                "program.announcement_continues",
                "program.extract_asked",
                "program.extract_continues",
            ],
        ),
        (
            "messages_queue",
            [
                "advocate.invited",
                "enrolment.activated",
                "enrolment.level_reached",
                "enrolment.milestone_reached",
                "reward.due",
                "hand_out.made",
                "payout.paid",
                "payout.failed",
                "payout.returned",
                "payout.part_returned",
                "payout.unclaimed",
                "program.change_announced",
                "program.change_withdrawn",
                "program.change_cancelled",
                "dispute.answered",
                "dispute.resolved",
                "enrolment.banned",
                "enrolment.unbanned",
                "advocate.export_ready",
                "advocate.erasure_asked",
                "advocate.erasure_taken_back",
                "journey.asked",
                "journey.reminded",
                "journey.resent",
                "journey.ask_accepted_work",
                "journey.handed_over",
                "story.proposed",
                "story.given_back",
                "story.spotlit",
                "friend.introduced",
                "message.due",
            ],
        ),
        ("privacy_queue", ["advocate.export_asked", "advocate.export_continues"]),
    ],
)
def test_a_consumer_gets_its_events_by_its_own_queue(
    prod: Template, directory: str, types: list[str]
) -> None:
    mapping = _mapping(prod, directory)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queue = spelled(mapping["EventSourceArn"])
    (rule,) = (
        rule
        for rule in prod.of_type("AWS::Events::Rule").values()
        if spelled(rule["Targets"][0]["Arn"]) == queue
    )
    assert rule["EventPattern"] == {"source": ["goodword"], "detail-type": types}
    assert "DeadLetterConfig" in rule["Targets"][0]
    visible = prod.of_type(QUEUE)[queue.strip("<>").split(".")[0]]["VisibilityTimeout"]
    assert visible >= 6 * prod.function(directory)["Timeout"]


@pytest.mark.parametrize(
    ("directory", "on_aws"),
    [
        ("conversions_schedule", "rate(5 minutes)"),
        ("rewards_schedule", "rate(5 minutes)"),
        ("programs_schedule", "rate(5 minutes)"),
        ("privacy_schedule", "rate(5 minutes)"),
        ("payouts_schedule", "rate(5 minutes)"),
        ("journeys_schedule", "rate(5 minutes)"),
        ("journeys_schedule_crm", "rate(5 minutes)"),
        ("ledger_schedule", "cron(17 2 * * ? *)"),
    ],
)
def test_clocks_tick_by_the_minute_on_a_laptop_only(
    prod: Template, laptop: Template, directory: str, on_aws: str
) -> None:
    roles = set()
    for template, expected in ((prod, on_aws), (laptop, "rate(1 minute)")):
        functions = template.of_type("AWS::Lambda::Function")
        (name,) = (n for n, p in functions.items() if p["FunctionName"].endswith(f"-{directory}"))
        (clock,) = (
            schedule
            for schedule in template.of_type("AWS::Scheduler::Schedule").values()
            if spelled(schedule["Target"]["Arn"]) == f"<{name}.Arn>"
        )
        assert clock["ScheduleExpression"] == expected
        role = spelled(clock["Target"]["RoleArn"]).strip("<>").removesuffix(".Arn")
        roles.add(role)
        starts = [s for s in template.statements() if s.role == role]
        assert [s.actions for s in starts] == [("lambda:InvokeFunction",), ("sqs:SendMessage",)]
        assert starts[0].resources == (f"<{name}.Arn>",)
    assert len(roles) == 1


def _mapping(template: Template, directory: str) -> Plain:
    functions = template.of_type("AWS::Lambda::Function")
    (name,) = (n for n, p in functions.items() if p["FunctionName"].endswith(f"-{directory}"))
    (mapping,) = (
        properties
        for properties in template.of_type("AWS::Lambda::EventSourceMapping").values()
        if properties["FunctionName"] == {"Ref": name}
    )
    return mapping
