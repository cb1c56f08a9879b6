"""The file that a person takes to the bank: who stands in it, with how much, and who does not."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from types import SimpleNamespace
from typing import Any

from goodword.errors import GoodwordError
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword_aws import payouts
from goodword_aws.rails import csv as files
from goodword_aws.rails.csv import CsvRail

from tests.fakes.dynamo import error
from tests.fakes.privacy import MemoryVault
from tests.simulation.paydays import Paying
from tests.simulation.story import Story
from tests.simulation.tales.providers import Payees, text
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.simulation.tales.till import Till

HEAD = ["payout_id", "name", "iban", "amount", "currency", "reference"]
HERS = {"name": "Maya Keller", "iban": "DE89370400440532013000"}
HIS = {"name": "Ben O'Neil", "iban": "GB82WEST12345698765432"}
NAMES = (("=1+1", "'=1+1"), ("-Maya", "'-Maya"), ("Maya, K", "Maya, K"), ("a;@b", "a;'@b"))
ACCEPTED = RailAnswer("accepted")


@dataclass
class Bucket:
    """S3, as far as files need it; `refuses` is the code with which it answers all calls."""

    kept: dict[str, bytes] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    refuses: str = ""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:
        self._meets(Bucket)
        self.kept[Key], self.kinds[Key] = Body, ContentType

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        self.head_object(Bucket=Bucket, Key=Key)
        return {"Body": SimpleNamespace(read=lambda: self.kept[Key])}

    def head_object(self, *, Bucket: str, Key: str) -> None:
        self._meets(Bucket)
        if Key not in self.kept:
            raise error("404", "HeadObject")

    def _meets(self, bucket: str) -> None:
        assert bucket == "exports", "another bucket"
        if self.refuses:
            raise error(self.refuses, "S3")


def by_hand(draw: Random) -> Story:
    """Paid at every midnight, by hand."""
    return replace(plain(draw), paying=Paying("daily"), rail="csv")


def _rows(content: bytes) -> list[list[str]]:
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    assert head == HEAD, f"the head is {head}"
    return rows


def _row(payout_id: str, payee: dict[str, str], amount: int) -> list[str]:
    named = payee["name"], payee["iban"], text(amount, "EUR"), "EUR"
    return [payout_id, *named, f"Goodword {payout_id}"]


def _two(teller: Teller) -> None:
    """Two people are in one file, or one whose account is forgotten is not; a person says it."""
    draw, bucket, till = teller.draw, Bucket(), Till(teller)
    town = teller.town
    payees = Payees(teller, (rail := CsvRail(bucket, "exports", lambda: payees.vault)))
    town.hands = rail  # type: ignore[assignment]  # no longer the town's
    payees.lives("adv_maya", **HERS)
    payees.lives("adv_ben", **HIS)
    owed = till.earns("o1")
    net = draw.randrange(1_001, 90_001, 10)
    teller.tells(teller.sold("o2", net, "adv_ben", friend="c2"))
    others = net // 10
    till.midnight()
    till.midnight()
    till.later(60_000)
    teller.press()
    teller.settle()
    teller.goes_on()
    till.later(3_600_000)
    (hers,), (his,) = payees.of("adv_maya"), payees.of("adv_ben")
    teller.wants("states", (hers.state, his.state), ("sent", "sent"))
    wanted = [_row(hers.payout_id, HERS, owed), _row(his.payout_id, HIS, others)]
    content = payouts.bank_file(hers.run_id, 1, town.person("usr_anna"))
    teller.wants("the file", sorted(_rows(content)), sorted(wanted))
    for one, person in ((hers, "adv_maya"), (his, "adv_ben")):
        outcome = draw.choice(("paid", "failed"))
        body = {"payout_id": one.payout_id, "outcome": outcome, "reference": "bank 7"}
        body |= {"reason_code": "wrong_details"} if outcome == "failed" else {}
        code = teller.asks("usr_dora", f"/v1/payout-runs/{one.run_id}/confirm", **body)
        teller.wants(f"{person} {outcome}", code, "")
        (after,) = payees.of(person)
        teller.wants("by a person", (after.state, after.amount_minor), (outcome, one.amount_minor))
    teller.owns(maya=owed, ben=others)
    at = {"paid": 1, "failed": 0}
    (hers,), (his,) = payees.of("adv_maya"), payees.of("adv_ben")
    teller.paid(maya=owed * at[hers.state], ben=others * at[his.state])


def _code(act: Callable[[], object]) -> object:
    """The code of the refusal, or the answer."""
    try:
        return act()
    except GoodwordError as refused:
        return refused.code


def _orders(draw: Random, count: int) -> Iterator[tuple[PaymentOrder, str]]:
    """Payments in currencies of every kind, with how a file says the holder's name."""
    for number in range(count):
        currency = draw.choice(("EUR", "JPY", "KWD"))
        name, said = draw.choice(NAMES)
        to = {"name": name, "iban": f"DE{number:020d}", "country": "DE"}
        amount = draw.randrange(1, 1_000_000)
        yield PaymentOrder(f"pay_{number}", "run_7", amount, currency, to, f"adv_{number}"), said


def _kept(teller: Teller) -> None:
    """Orders are kept, sealed, and become parts of a file in the order of the list."""
    draw, bucket, vault = teller.draw, Bucket(), MemoryVault()
    rail = CsvRail(bucket, "exports", lambda: vault)
    vault.forgotten.add("adv_forgotten")
    orders = list(_orders(draw, draw.randrange(0, 6)))
    erased = PaymentOrder("pay_x", "run_7", 5, "EUR", HERS, "adv_forgotten")
    gone = RailAnswer("failed", reason="payee_erased")
    teller.wants("who is erased", rail.send(erased), gone)
    teller.wants("nothing is kept", bucket.kept, {})
    wanted = []
    for order, said in orders:
        bucket.refuses = "SlowDown"
        lost = RailAnswer("unknown", reason="not_written")
        teller.wants("the bucket refuses", rail.send(order), lost)
        silent = RailAnswer("unknown", reason="no_answer")
        teller.wants("and says nothing", rail.look_up(order.payout_id), silent)
        bucket.refuses = draw.choice(("", "NoSuchKey", "404", "AccessDenied", "403"))
        teller.wants("it is not there", rail.look_up(order.payout_id), None)
        bucket.refuses = ""
        for _ in range(2):
            teller.wants("is taken", rail.send(order), ACCEPTED)
        teller.wants("is there", rail.look_up(order.payout_id), ACCEPTED)
        kept = bucket.kept[f"payouts/orders/{order.payout_id}.json"].decode()
        clear = [one for one in order.destination.values() if one in kept]
        teller.wants("nobody stands in it", [one for one in clear if one != "DE"], [])
        amount = text(order.amount_minor, order.currency)
        row = [order.payout_id, said, order.destination["iban"], amount, order.currency]
        wanted.append([*row, f"Goodword {order.payout_id}"])
    _files(teller, rail, bucket, vault, wanted)


def _files(
    teller: Teller, rail: CsvRail, bucket: Bucket, vault: MemoryVault, wanted: list[list[str]]
) -> None:
    names = [one[0] for one in wanted]
    teller.draw.shuffle(names)
    if names and teller.draw.random() < 0.3:
        left = teller.draw.choice(names)
        vault.forgotten.add(left.replace("pay", "adv"))
        wanted = [one for one in wanted if one[0] != left]
    rows, most = {one[0]: one for one in wanted}, vars(files)["BANK_FILE_ROWS"]
    vars(files)["BANK_FILE_ROWS"] = size = teller.draw.choice((1, 2, 3, most))
    try:
        parts = rail.close("run_7", names)
    finally:
        vars(files)["BANK_FILE_ROWS"] = most
    teller.wants("parts", parts, max(1, -(-len(names) // size)))
    for part in range(1, parts + 1):
        here = names[(part - 1) * size : part * size]
        said = _rows(rail.file("run_7", part))
        teller.wants(f"part {part}", said, [rows[one] for one in here if one in rows])
        end = "" if part == 1 else f"-{part}"
        kind = bucket.kinds.get(f"payouts/files/run_7{end}.csv")
        teller.wants("its kind", kind, "text/csv; charset=utf-8")
    teller.wants("no such part", _code(lambda: rail.file("run_7", parts + 1)), "bank_file_gone")
    teller.wants("no such run", _code(lambda: rail.file("run_8")), "bank_file_gone")
    missing = _code(lambda: rail.close("run_7", [*names, "pay_99"]))
    teller.wants("an order is missing", missing, "order_not_read")
    bucket.refuses = "SlowDown"
    teller.wants("not written", _code(lambda: rail.close("run_9", [])), "file_not_written")
    bucket.refuses = ""
    for more, code in ((0, b"a" * 4_000_000), (1, "bank_file_too_large")):
        bucket.kept["payouts/files/run_7.csv"] = b"a" * (4_000_000 + more)
        teller.wants("as large as it may be", _code(lambda: rail.file("run_7")) == code, True)


BANK_FILES = (
    Tale("a bank's file", _two, by_hand, unjudged=("rail", "files")),
    Tale("a bank's file: orders", _kept),
)
