"""What happens to referrals and deals is written to the connected CRMs, with real adapters."""

import json
from collections.abc import Mapping, MutableMapping
from functools import cache

from goodword.journeys.copied import Crm, LeadWords
from goodword.journeys.copying import Copying
from goodword.journeys.introduction import Introduction, context_of

from goodword_aws import observe, wiring
from goodword_aws.crm.setup import crms_of
from goodword_aws.settings import settings


@cache
def _resting() -> MutableMapping[str, int]:
    return {}


@cache
def _made(text: str) -> Mapping[str, Crm]:
    """The CRMs of these keys, with the tokens that they have fetched; a new secret makes others."""
    log = observe.logger("journeys")
    return crms_of(text, lambda name: log.warning("crm_keys_not_understood", extra={"crm": name}))


def copying(actor: str) -> Copying:
    """The use case over this installation's CRMs; needs CRM_KEYS_ARN."""
    text = wiring.secrets().read(settings().crm_keys_arn)[0].decode()
    return Copying(wiring.desk(actor), _made(text), _resting(), _words_of)


def _words_of(introduction: Introduction) -> LeadWords | None:
    """Who was introduced, opened to be told to the CRM; None of somebody who was forgotten."""
    from goodword.journeys.introducing import opened  # noqa: PLC0415 - few are leads

    person, said = opened(wiring.store(), wiring.vault(), wiring.texts(), introduction)
    if not person.email:
        return None
    return LeadWords(
        name=person.name,
        email=person.email,
        company=said.company,
        role=said.role,
        context=context_of(said, introduction.timing, introduction.budget),
    )


def heard(body: str) -> None:
    """One bus event of a deal, a referral, its reward, or a contact. Repeating it is harmless."""
    event = json.loads(body)["detail"]
    copies, subject = copying("journeys_queue_crm"), str(event["subject"])
    if not copies.crms:
        return
    kind = str(event["type"]).partition(".")[0]
    if kind == "opportunity":
        copies.deal(subject)
    elif kind == "conversion":
        copies.conversion(subject)
    elif kind == "introduction":
        copies.lead(subject)
    elif kind == "reward":
        copies.conversion(str(event["data"]["conversion_id"]))
    else:
        copies.person(subject)


def sweep() -> int:
    """Write what is due; how much there was."""
    copies = copying("journeys_schedule_crm")
    return copies.sweep() if copies.crms else 0
