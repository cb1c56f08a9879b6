"""The world in which the sample events of the people's functions are answered."""

from goodword.advocates.model import Advocate, Enrolment, Known, Link, LinkOfAdvocate
from goodword.advocates.segments import Membership, SegmentCount, SegmentMember, Segments
from goodword.conversions.model import Source
from goodword.journeys.introduction import (
    Introduced,
    Introduction,
    IntroductionOfAdvocate,
    ReferralForm,
    SaidOfFriend,
)
from goodword.ports import Change
from goodword.privacy.model import PersonalFields, fold_email
from goodword.programs.draft import Draft
from goodword.programs.model import Program, ProgramVersion
from goodword.programs.pilot import Pilot
from goodword.programs.replay import Replay
from goodword.records import Record
from goodword.times import DAY_MS
from goodword_aws import wiring

from tests.fakes.privacy import MemoryVault, PlainSealer
from tests.support.api import Front
from tests.support.hooked import hooked
from tests.support.people import MACS
from tests.support.scene import terms

PROGRAM, BEN, SOURCE = "prg_sample", "adv_sampleben", "src_sample"


def draft(now_ms: int, draft_id: str, author: str, digest: str) -> Draft:
    """A draft of the samples' programme with a longer hold."""
    return Draft(
        draft_id=draft_id,
        program_id=PROGRAM,
        based_on=1,
        terms=terms(hold_days=21),
        rationale="a sample",
        author=author,
        editors=(author,),
        marks=(wiring.blind_index().mac("email", f"{author[4:]}@shop.example"),),
        last_editor=author,
        digest=digest,
        created_ms=now_ms,
        changed_ms=now_ms,
    )


def replay(now_ms: int, draft_id: str, digest: str) -> Replay:
    """A replay that is done."""
    return Replay(
        replay_id="rpl_ready",
        program_id=PROGRAM,
        draft_id=draft_id,
        digest=digest,
        from_ms=now_ms - DAY_MS,
        until_ms=now_ms,
        asked_by="sub-otto",
        asked_ms=now_ms,
        changed_ms=now_ms,
        state="done",
        day="2025-11-22",
        before_minor={"EUR": 500},
        after_minor={"EUR": 400},
        changed=1,
    )


def piloted(now_ms: int) -> list[Program | ProgramVersion]:
    """A programme whose second version, by Otto, is tried with a tenth of all."""
    head = Program(
        program_id="prg_pilot", latest=2, in_force=1, name="Acme", currency="EUR", created_ms=now_ms
    )
    first = ProgramVersion(
        program_id="prg_pilot",
        number=1,
        terms=terms(),
        author="sub-otto",
        rationale="first",
        created_ms=now_ms,
        effective_ms=now_ms,
    )
    second = first.but(
        number=2, terms=terms(hold_days=7), editors=("sub-otto",), pilot=Pilot(percent=10)
    )
    return [head, first, second]


def settle_in(call: Front) -> None:
    """Ben, one link, one source, one programme: what the samples name."""
    town, now_ms = call.town, call.town.clock.at_ms
    own = {"advocate_id": BEN, "program_id": PROGRAM, "created_ms": now_ms}
    link = {"code": "BENNY22", "link_id": "lnk_sampleben"}
    shop = "https://shop.example/"
    change = Change()
    change.create(
        Program(
            program_id=PROGRAM, latest=1, in_force=1, name="Acme", currency="EUR", created_ms=now_ms
        ),
        ProgramVersion(
            program_id=PROGRAM,
            number=1,
            terms=terms(),
            author="sub-mara",
            rationale="first",
            created_ms=now_ms,
            effective_ms=now_ms,
        ),
        draft(now_ms, "drf_sample", "sub-mara", "a" * 64),
        draft(now_ms, "drf_ready", "sub-otto", "d" * 64).but(replay_id="rpl_ready"),
        replay(now_ms, "drf_ready", "d" * 64),
        draft(now_ms, "drf_short", "sub-otto", "c" * 64).but(replay_id="rpl_short"),
        replay(now_ms, "drf_short", "c" * 64).but(
            replay_id="rpl_short", from_ms=now_ms - 9 * DAY_MS, until_ms=now_ms - 8 * DAY_MS
        ),
        *piloted(now_ms),
        Source(
            source_id=SOURCE,
            kind="generic",
            program_id=PROGRAM,
            currency="EUR",
            label="Shop",
            sealed_secrets=(PlainSealer().seal_bytes(b"whsec_old", SOURCE),),
            created_ms=now_ms,
        ),
        Advocate(advocate_id=BEN, created_ms=now_ms, links=1),
        Known(mac=MACS.mac("email", fold_email("ben@mail.example")), of="email", advocate_id=BEN),
        town.vault.seal(BEN, PersonalFields(name="Ben Sample", email="ben@mail.example")),
        Enrolment.model_validate(
            own
            | {"state": "active", "terms_accepted": 1, "changed_ms": now_ms}
            | {"segments": (Membership(segment="gold", from_ms=now_ms),)}
        ),
        SegmentMember(program_id=PROGRAM, segment="gold", advocate_id=BEN),
        Segments(program_id=PROGRAM, counts=(SegmentCount(segment="gold", advocates=1),)),
        Link.model_validate(
            own | link | {"destination": shop, "hosts": ("shop.example",), "fallback": shop}
        ),
        LinkOfAdvocate.model_validate(own | link),
    )
    change.create(*introduced(town.vault, now_ms), *hooked(PROGRAM, BEN, now_ms))
    town.store.commit(change)


def introduced(vault: MemoryVault, now_ms: int) -> list[Record]:
    """An open form, and Kim, whom Ben has introduced."""
    kim, mac = "frn_sample", MACS.mac("email", fold_email("kim@acme.example"))
    item = vault.seal(kim, PersonalFields(name="Kim", email="kim@acme.example"))
    said = SaidOfFriend(company="Acme", need="Fewer returns").model_dump_json()
    return [
        item,
        ReferralForm(
            program_id=PROGRAM,
            is_open=True,
            asks={"company": "optional", "need": "required", "timing": "optional"},
        ),
        Introduction(
            introduction_id="int_sample",
            program_id=PROGRAM,
            advocate_id=BEN,
            friend_id=kim,
            conversion_id="cnv_sample",
            sealed=vault.seal_text(kim, said, "int_sample"),
            made_ms=now_ms,
        ),
        Introduced(program_id=PROGRAM, mac=mac, introduction_id="int_sample"),
        IntroductionOfAdvocate(advocate_id=BEN, introduction_id="int_sample"),
    ]
