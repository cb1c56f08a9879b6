"""What may move a level or a milestone has its advocate looked at; other events load nothing."""

import json

HEARD = ("conversion.", "enrolment.activated", "enrolment.unbanned", "enrolment.milestone_reached")


def heard(body: str) -> None:
    """One bus event; repeating it is harmless."""
    if not str(json.loads(body)["detail"]["type"]).startswith(HEARD):
        return
    from goodword_aws import advocates_recognition  # noqa: PLC0415 - some events need it

    advocates_recognition.heard(body)
