"""Every message that SES took here is kept by the emulator; nothing is ever sent to anyone."""

from dataclasses import dataclass

from infra.local.aws import client
from infra.local.http import Http
from infra.local.places import ACCOUNT


@dataclass(frozen=True)
class Mail:
    """One sent message, as its reader would see it."""

    to: tuple[str, ...]
    sender: str
    subject: str
    text: str
    html: str


def open_mailbox(endpoint: str, sender: str) -> None:
    """What a person does once in an account: verify the sender, and leave the SES sandbox."""
    ses = client(endpoint, "sesv2")
    if sender not in {
        one["IdentityName"] for one in ses.list_email_identities()["EmailIdentities"]
    }:
        ses.create_email_identity(EmailIdentity=sender)
    ses.put_account_details(
        MailType="TRANSACTIONAL",
        WebsiteURL="https://goodword.example",
        ProductionAccessEnabled=True,
    )


def mails(endpoint: str, to: str | None = None) -> list[Mail]:
    """The messages so far, oldest first; those to one address if `to` is given."""
    kept = Http(endpoint).get("/_ministack/ses/messages").json()["messages"].get(ACCOUNT, [])
    found = [
        Mail(
            to=tuple(one["To"]),
            sender=one["Source"],
            subject=one["Subject"] or "",
            text=one["BodyText"] or "",
            html=one["BodyHtml"] or "",
        )
        for one in kept
    ]
    return [mail for mail in found if to is None or to in mail.to]
