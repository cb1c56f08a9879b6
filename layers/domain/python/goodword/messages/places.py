"""The page of the portal to which a letter leads: to the very thing that it tells of."""

from goodword.events import Event

_OF_SUBJECT = {
    "reward.due": "/my/earnings/",
    "payout.paid": "/my/payouts/",
    "payout.failed": "/my/payouts/",
    "payout.returned": "/my/payouts/",
    "payout.part_returned": "/my/payouts/",
    "dispute.answered": "/my/disputes/",
    "dispute.resolved": "/my/disputes/",
}
_FIXED = {
    "enrolment.activated": "/my/links",
    "enrolment.unbanned": "/my/links",
    "enrolment.banned": "/my",
    "hand_out.made": "/my/earnings",
    "payout.unclaimed": "/my/payouts/method",
    "program.change_announced": "/my/help",
    "program.change_withdrawn": "/my/help",
    "program.change_cancelled": "/my/help",
    "advocate.export_ready": "/my/account/export",
    "advocate.erasure_asked": "/my/account/erase",
    "advocate.erasure_taken_back": "/my/account",
}


def page_of(event: Event) -> str:
    """Its path, `/` where none fits better: that leads on to the reader's first page."""
    if event.type in _OF_SUBJECT:
        return _OF_SUBJECT[event.type] + event.subject
    if event.type == "advocate.invited":
        return f"/join/{event.data.get('program_id', '')}"
    return _FIXED.get(event.type, "/")
