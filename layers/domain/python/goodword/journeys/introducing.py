"""An advocate introduces somebody; in one Change it is a lead that is theirs, with its context.

The lead is an event by the name `introduction`, so that no rule for sign-ups pays for a form that
was filled in; what it earns, if anything, the programme's rules of events say. It leaves a touch of
the advocate's link on the person, so a later sign-up or order counts as theirs. Nobody is
introduced who is known here, or who objects to it; all three are told alike.
"""

from dataclasses import dataclass

from goodword.advocates.links import links_of
from goodword.advocates.model import Enrolment, Known, enrolment_key, known_key
from goodword.advocates.people import read_advocate
from goodword.conversions.deciding import decide
from goodword.conversions.model import Conversion, Identity, identity_key
from goodword.errors import Conflict, FieldError, InvalidInput, NotFound, TooLarge
from goodword.ids import derived_id
from goodword.journeys.introduction import (
    NAMESPACE,
    QUESTIONS,
    Budget,
    Introduced,
    Introduction,
    IntroductionOfAdvocate,
    ReferralForm,
    SaidOfFriend,
    Timing,
    form_key,
    introduced_key,
    introduction_key,
)
from goodword.journeys.story import clean_text
from goodword.limits import (
    INTRODUCTION_LINE_MAX,
    INTRODUCTION_NOTE_MAX,
    INTRODUCTIONS_PER_DAY,
)
from goodword.ports import Change, Desk, Page, Store, until_settled
from goodword.privacy.model import PersonalFields, VaultItem, fold_email, vault_key
from goodword.privacy.ports import Forgotten, Macs, PersonalVault, TextSealer
from goodword.programs.effective import active_program
from goodword.programs.model import Program, ProgramVersion
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Value
from goodword.times import DAY_MS
from goodword.tracking.model import Touch

EVENT_NAME = "introduction"


class Friend(Value):
    """Who is introduced, and what the form asked. `agreed`: they want to be contacted."""

    fields: PersonalFields
    agreed: bool
    said: SaidOfFriend = SaidOfFriend()
    timing: Timing = "unknown"
    budget: Budget = "unknown"


@dataclass(frozen=True)
class Introducing:
    """The use cases of introductions."""

    desk: Desk
    vault: PersonalVault
    texts: TextSealer
    macs: Macs

    def form(self, program_id: str) -> ReferralForm:
        """The programme's form; one that was never set is closed."""
        found = self.desk.store.get(ReferralForm, form_key(program_id))
        return found or ReferralForm(program_id=program_id)

    def set_form(
        self, form: ReferralForm, receipt: Receipt[ReferralForm] = no_receipt
    ) -> ReferralForm:
        """Say what is asked. The same again changes nothing."""

        def attempt() -> ReferralForm:
            active_program(self.desk.store, form.program_id)
            before, change = self.form(form.program_id), Change()
            after = form.but(version=before.version)
            if after != before:
                change.save(after)
                asked = ",".join(after.asks)
                told = self.desk.event(
                    "introduction.form_set",
                    form.program_id,
                    is_open=after.is_open,
                    asks=asked,
                )
                change.create(told)
            return settle(self.desk.store, change, after, receipt)

        return until_settled(attempt)

    def introduce(
        self,
        advocate_id: str,
        program_id: str,
        friend: Friend,
        receipt: Receipt[Introduction] = no_receipt,
    ) -> Introduction:
        """Pass somebody on. Raises Conflict `introduced_already` (by the same advocate),
        `friend_known`, `form_closed`; TooLarge `too_many_introductions` in a day.
        """
        said = self._checked(program_id, friend)
        mac = self.macs.mac("email", fold_email(friend.fields.email))
        friend_id = self.desk.ids.new("frn")  # one key, however often the attempt loses a race

        def attempt() -> Introduction:
            program = active_program(self.desk.store, program_id)
            advocate = read_advocate(self.desk.store, advocate_id)
            self._check(advocate_id, program_id, mac)
            now_ms, change = self.desk.clock.now_ms(), Change()
            made = self._lead(change, program, advocate_id, mac)
            item = self.vault.seal(friend_id, friend.fields)
            introduction = Introduction(
                introduction_id=made.order_id,
                program_id=program_id,
                advocate_id=advocate_id,
                friend_id=friend_id,
                conversion_id=made.conversion_id,
                timing=friend.timing,
                budget=friend.budget,
                sealed=self.texts.seal_text(friend_id, said.model_dump_json(), made.order_id),
                made_ms=now_ms,
            )
            change.create(item, introduction)
            change.create(
                Introduced(program_id=program_id, mac=mac, introduction_id=made.order_id),
                IntroductionOfAdvocate(advocate_id=advocate_id, introduction_id=made.order_id),
            )
            change.replace(advocate)  # one at a time: the limit of a day holds, nobody erased
            self._tell(change, introduction)
            return settle(self.desk.store, change, introduction, receipt)

        return until_settled(attempt)

    # --- reading ------------------------------------------------------------------------------

    def of(self, advocate_id: str, limit: int, cursor: str | None) -> Page[Introduction]:
        """An advocate's own, newest first."""
        page = self.desk.store.query(
            IntroductionOfAdvocate,
            "core",
            f"ADV#{advocate_id}",
            "I#",
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )
        keys = [introduction_key(one.introduction_id) for one in page.rows]
        found = self.desk.store.get_many(Introduction, keys) if keys else {}
        return Page([found[key] for key in keys], page.cursor)

    def page(self, program_id: str, limit: int, cursor: str | None) -> Page[Introduction]:
        """A programme's, oldest first; who was forgotten is not in it."""
        return self.desk.store.query_index(
            Introduction, "core", f"INTRODUCTIONS#{program_id}", limit=limit, cursor=cursor
        )

    def read(self, introduction_id: str) -> Introduction:
        """One. NotFound `unknown_introduction`."""
        found = self.desk.store.get(Introduction, introduction_key(introduction_id))
        if found is None:
            raise NotFound("unknown_introduction", "nobody was introduced under this id")
        return found

    def opened(self, one: Introduction) -> tuple[PersonalFields, SaidOfFriend]:
        """Who it is, and what was said; nothing of somebody who was forgotten."""
        return opened(self.desk.store, self.vault, self.texts, one)

    # --- parts --------------------------------------------------------------------------------

    def _checked(self, program_id: str, friend: Friend) -> SaidOfFriend:
        """What was said, cleaned, with nothing that the form does not ask."""
        form = self.form(program_id)
        if not form.is_open:
            raise Conflict("form_closed", "this programme takes no introductions by form")
        if not friend.agreed:
            raise InvalidInput(
                "friend_not_asked", "ask the person first whether they want to be contacted"
            )
        longest = {"need": INTRODUCTION_NOTE_MAX, "note": INTRODUCTION_NOTE_MAX}
        said = {
            name: clean_text(text, longest.get(name, INTRODUCTION_LINE_MAX))
            for name, text in friend.said.model_dump().items()
        }
        codes = {"timing": friend.timing, "budget": friend.budget}
        told = {name: text for name, text in said.items() if text}
        told |= {name: code for name, code in codes.items() if code != "unknown"}
        wrong = [
            FieldError(name, "is needed here", "missing")
            if name in form.asks
            else FieldError(name, "is not asked here", "extra_forbidden")
            for name in QUESTIONS
            if (form.asks.get(name) == "required" and name not in told)
            or (name in told and name not in form.asks)
        ]
        if wrong:
            raise InvalidInput("form_not_answered", "answer what the form asks", wrong)
        return SaidOfFriend.model_validate(said)

    def _check(self, advocate_id: str, program_id: str, mac: str) -> None:
        """That this advocate may introduce this person now."""
        store, now_ms = self.desk.store, self.desk.clock.now_ms()
        enrolment = store.get(Enrolment, enrolment_key(advocate_id, program_id))
        if enrolment is None or enrolment.state != "active":
            raise Conflict("not_taking_part", "you do not take part in this programme")
        lately = self.of(advocate_id, INTRODUCTIONS_PER_DAY, None).rows
        if sum(one.made_ms > now_ms - DAY_MS for one in lately) >= INTRODUCTIONS_PER_DAY:
            raise TooLarge(
                "too_many_introductions",
                f"at most {INTRODUCTIONS_PER_DAY} people can be introduced in 24 hours",
            )
        known = store.get(Known, known_key(mac))
        if known is not None and known.advocate_id == advocate_id:
            raise InvalidInput("own_address", "this is your own address")
        before = store.get(Introduced, introduced_key(program_id, mac))
        if before is not None and self.read(before.introduction_id).advocate_id == advocate_id:
            raise Conflict("introduced_already", "you have introduced this person already")
        identity = store.get(Identity, identity_key(program_id, mac))
        closed = identity is not None and identity.closed_ms is not None
        if before or known or closed or (identity is not None and identity.conversions):
            raise Conflict(
                "friend_known",
                "the person is known here already or does not want this; nothing was passed on",
            )

    def _lead(self, change: Change, program: Program, advocate_id: str, mac: str) -> Conversion:
        """Put the lead into the change, decided by the programme's rules; as decided."""
        store, now_ms = self.desk.store, self.desk.clock.now_ms()
        program_id = program.program_id
        identity = store.get(Identity, identity_key(program_id, mac))
        introduction_id = self.desk.ids.new("int")
        link = next(
            (one for one in links_of(store, advocate_id) if one.program_id == program_id), None
        )
        touch = Touch(
            touch_id=derived_id("tch", now_ms, "form", introduction_id),
            kind="form",
            at_ms=now_ms,
            advocate_id=advocate_id,
            program_id=program_id,
            link_id=link.link_id if link else "",
            code=link.code if link else "",
            source=introduction_id,
            link_ms=link.created_ms if link else 0,
        )
        conversion = Conversion(
            conversion_id=derived_id("cnv", now_ms, program_id, NAMESPACE, introduction_id),
            program_id=program_id,
            namespace=NAMESPACE,
            action="lead",
            occasion="event",
            event_name=EVENT_NAME,
            order_id=introduction_id,
            aliases=(introduction_id,),
            occurred_ms=now_ms,
            received_ms=now_ms,
            currency=program.currency,
            net_minor=0,
            gross_minor=0,
            touches=(*(identity.touches if identity else ()), touch),
            identities=(mac,),
            state="unattributed",
            reason="no_touch",
        )
        decide(
            self.desk,
            change,
            conversion,
            stored=None,
            program=program,
            versions=store.query(ProgramVersion, "core", f"PROG#{program_id}", "V#").rows,
            identities=(identity,) if identity else (),
            buyer_advocate_id=None,
        )
        return next(one for one in change.created if isinstance(one, Conversion))

    def _tell(self, change: Change, one: Introduction) -> None:
        """What happened: once for whoever follows leads, once for the letter to the person."""
        about = {"program_id": one.program_id, "conversion_id": one.conversion_id}
        context = {"timing": one.timing, "budget": one.budget}
        name = one.introduction_id
        change.create(
            self.desk.event(
                "introduction.made", name, **about, **context, advocate_id=one.advocate_id
            ),
            self.desk.event(
                "friend.introduced", name, program_id=one.program_id, advocate_id=one.friend_id
            ),
        )


def opened(
    store: Store, vault: PersonalVault, texts: TextSealer, one: Introduction
) -> tuple[PersonalFields, SaidOfFriend]:
    """Who was introduced, and what was said; nothing of somebody who was forgotten."""
    item = store.get(VaultItem, vault_key(one.friend_id))
    if item is None or not one.sealed:
        return PersonalFields(), SaidOfFriend()
    try:
        text = texts.open_text(one.friend_id, one.sealed, one.introduction_id)
        return vault.open(item), SaidOfFriend.model_validate_json(text)
    except Forgotten:
        return PersonalFields(), SaidOfFriend()
