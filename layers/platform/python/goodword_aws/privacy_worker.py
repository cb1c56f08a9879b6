"""Work that people leave to be done about what is held: copies to gather, people to erase.

What reads the sections is as much as an API loads; it is imported when there is work.
"""

import json

from goodword.errors import GoodwordError

from goodword_aws import observe, wiring


def go_on(body: str) -> None:
    """One bus event: go on with the export that it names."""
    from goodword_aws.privacy import exports  # noqa: PLC0415 - as the module says

    event = json.loads(body)["detail"]
    exports(wiring.desk("privacy_queue")).run(str(event["subject"]))


def sweep() -> dict[str, int]:
    """Go on with exports that stand still, and erase whose days are over; how many there were."""
    from goodword_aws.accounts import pool_accounts  # noqa: PLC0415 - as the module says
    from goodword_aws.privacy import erasing, exports  # noqa: PLC0415 - the same

    desk, log = wiring.desk("privacy_schedule"), observe.logger("privacy")
    counts = {"exports": exports(desk).sweep(), "erased": 0, "failed": 0}
    work, accounts = erasing(desk), pool_accounts()
    work.destroy_keys()
    for one in work.due():
        try:
            counts["erased"] += work.carry_out(one.advocate_id, accounts)
        except GoodwordError as failed:  # the others are not kept waiting by one
            observe.failure(log, "an erasure was cut off", failed)
            counts["failed"] += 1
    return counts
