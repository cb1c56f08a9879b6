"""The intake as it is deployed, in one process: real handlers and adapters, a fixed clock.

Only clock and tables are ours: botocore sends to `tests/fakes`, which the adapters' tests hold
against the emulator; moto would take several times as long. KMS and Secrets Manager are moto's,
sources are sealed as the API seals them, and the stream is played from the arrivals table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from goodword.advocates.model import Enrolment, Link
from goodword.conversions.model import Conversion, Delivery, Source, SourceKind
from goodword.ports import Change
from goodword.programs.model import Program, ProgramVersion
from goodword.records import Key, Record
from goodword_aws import aws, wiring
from goodword_aws.items import to_item
from goodword_aws.store import DynamoStore
from moto import mock_aws

from infra.local.payloads import Json
from infra.local.samples import AT_S, SECRETS, SOURCES
from tests.adapters.tables import KEYS_TABLE, TABLES, make_table
from tests.fakes.dynamo import FakeDynamo
from tests.fakes.wire import answer, asked_in
from tests.support.desk import FakeClock
from tests.support.functions import CONTEXT, load
from tests.support.scene import MAYA, PROGRAM, terms

R = TypeVar("R", bound=Record)
REGION = "eu-west-1"
AT_MS = AT_S * 1000
CLICK_SECRET = "click secret of the tests"


class Tables:
    """Arrivals, journal and core, where botocore would open a socket; all else goes on to moto."""

    def __init__(self) -> None:
        self.start_over()

    def start_over(self) -> None:
        """Nothing is there, no token is known."""
        self.fake = FakeDynamo({name: table for table, name in TABLES.items()}, lambda: AT_S)

    def answer(self, **about: Any) -> AWSResponse | None:
        """A handler of botocore's `before-send.dynamodb`."""
        _, asked = asked_in(about["request"])
        if asked.get("TableName") == KEYS_TABLE:
            return None
        return answer(self.fake, about["request"])


@dataclass
class Installation:
    """One installation with a programme, an advocate with the code MAYA7, and three sources."""

    patch: pytest.MonkeyPatch
    tables: Tables
    clock: FakeClock = field(default_factory=lambda: FakeClock(AT_MS))
    handlers: dict[str, Any] = field(default_factory=dict)

    def call(self, function: str, event: Json) -> Any:
        """Invoke a handler of this process; its memory lasts from call to call."""
        if function not in self.handlers:
            self.handlers[function] = load(function).handler
        return self.handlers[function](event, CONTEXT)

    def send(self, event: Json) -> Json:
        """Deliver to the front door."""
        answer: Json = self.call("conversions_web", event)
        return answer

    def stream(self) -> Json:
        """Show the stream's consumer every delivery there is."""
        records = [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {"pk": {"S": one.key.pk}, "sk": {"S": one.key.sk}},
                    "NewImage": to_item(one),
                    "SequenceNumber": str(number),
                },
            }
            for number, one in enumerate(self.deliveries())
        ]
        answer: Json = self.call("conversions_stream", {"Records": records})
        return answer

    def sweep(self) -> Json:
        """One tick of the sweeper's clock."""
        answer: Json = self.call("conversions_schedule", {})
        return answer

    @property
    def store(self) -> DynamoStore:
        """The real store."""
        return wiring.store()

    def all(self, kind: type[R]) -> list[R]:
        """Every stored record of a kind, in key order."""
        return sorted(self.store.scan(kind, kind.TABLE), key=lambda one: one.key)

    def deliveries(self) -> list[Delivery]:
        """What came in."""
        return self.all(Delivery)

    @property
    def delivery(self) -> Delivery:
        """The only delivery."""
        (one,) = self.deliveries()
        return one

    @property
    def conversion(self) -> Conversion:
        """The only conversion."""
        (one,) = self.all(Conversion)
        return one

    def kept(self, delivery_id: str, kind: SourceKind = "generic") -> Delivery:
        """A delivery that must be there."""
        key = Key("arrivals", f"DLV#{SOURCES[kind]}#{delivery_id}", "BODY")
        found = self.store.get(Delivery, key)
        assert found is not None
        return found

    def change_source(self, kind: SourceKind, **changes: object) -> None:
        """As staff would."""
        source = self.store.get(Source, Key("core", f"SRC#{SOURCES[kind]}", "HEAD"))
        assert source is not None
        change = Change()
        change.replace(source.but(**changes))
        self.store.commit(change)

    def seal(self, kind: SourceKind, secret: str) -> str:
        """A signing secret as `programs_api` seals it."""
        return self.seal_for(SOURCES[kind], secret)

    def seal_for(self, source_id: str, secret: str) -> str:
        """The same for any source."""
        return wiring.envelope("source").seal_bytes(secret.encode(), source_id)

    def start_over(self) -> None:
        """Empty tables, and forget what the process remembers; much quicker than a new moto."""
        self.tables.start_over()
        self.handlers.clear()
        self.clock.at_ms = AT_MS
        wiring.store.cache_clear()
        wiring.envelope.cache_clear()
        self.settle_in()

    def settle_in(self) -> None:
        """Create the programme, the advocate and the sources."""
        version = ProgramVersion(
            program_id=PROGRAM,
            number=1,
            terms=terms(),
            author="usr_1",
            rationale="first",
            created_ms=0,
            effective_ms=0,
        )
        program = Program(
            program_id=PROGRAM, latest=1, in_force=1, name="Acme", currency="EUR", created_ms=0
        )
        enrolment = Enrolment(
            advocate_id=MAYA, program_id=PROGRAM, state="active", created_ms=0, changed_ms=0
        )
        link = Link(
            code="MAYA7",
            link_id="lnk_maya7",
            advocate_id=MAYA,
            program_id=PROGRAM,
            destination="https://shop.example/",
            hosts=("shop.example",),
            fallback="https://shop.example/",
            created_ms=0,
        )
        change = Change()
        change.create(version, program, enrolment, link)
        kinds = cast("tuple[SourceKind, ...]", tuple(SOURCES))
        for kind in kinds:
            change.create(
                Source(
                    source_id=SOURCES[kind],
                    kind=kind,
                    program_id=PROGRAM,
                    currency="EUR",
                    label=kind,
                    sealed_secrets=(self.seal(kind, SECRETS[kind]),),
                    created_ms=0,
                )
            )
        self.store.commit(change)


@contextmanager
def installation() -> Iterator[Installation]:
    """A fresh installation on moto."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("GOODWORD_STAGE", "test")
        patch.setenv("PUBLIC_URL", "https://go.example")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        make_table(boto3.client("dynamodb", region_name=REGION), KEYS_TABLE)
        for table, name in TABLES.items():
            patch.setenv(f"{table.upper()}_TABLE", name)
        key = boto3.client("kms", region_name=REGION).create_key()
        patch.setenv("VAULT_KEY_ARN", key["KeyMetadata"]["Arn"])
        secrets = boto3.client("secretsmanager", region_name=REGION)
        for name, value in (("CLICK", CLICK_SECRET), ("INDEX", "index secret of the tests")):
            made = secrets.create_secret(Name=name, SecretString=value)
            patch.setenv(f"{name}_SECRET_ARN", made["ARN"])
        wiring.forget()
        tables = Tables()
        answers: Any = tables.answer  # the stubs say that no handler answers; before-send's do
        aws.session().register("before-send.dynamodb", answers)
        here = Installation(patch, tables)
        patch.setattr(wiring, "clock", lambda: here.clock)
        here.settle_in()
        yield here
    wiring.forget()  # the session that knew the tables, too
