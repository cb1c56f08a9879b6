"""What capabilities build on, in one place; a capability adds to it and never to another one."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_iam import PolicyStatement

from infra.foundations.alarms import Alarms, make_alarms
from infra.foundations.bus import Bus, make_bus
from infra.foundations.exports import make_exports
from infra.foundations.front_door import FrontDoor, make_front_door
from infra.foundations.functions import Functions
from infra.foundations.identity import Identity, make_identity, make_pages_client
from infra.foundations.installation import Installation
from infra.foundations.machines import Machines
from infra.foundations.parameters import Parameters, declare_parameters, given, or_else
from infra.foundations.queues import make_set_aside
from infra.foundations.schedules import Schedules
from infra.foundations.secrets import Secrets, arn_of, make_secrets, sign_of_edge
from infra.foundations.tables import Tables, make_tables
from infra.layers import Sources


@dataclass(frozen=True)
class Ground:
    """The shared parts of one installation."""

    stack: Stack
    at: Installation
    parameters: Parameters
    tables: Tables
    secrets: Secrets
    exports: s3.Bucket
    identity: Identity
    alarms: Alarms
    bus: Bus
    door: FrontDoor
    functions: Functions
    schedules: Schedules
    machines: Machines
    set_aside: sqs.Queue

    @property
    def may_set_aside(self) -> PolicyStatement:
        """What the role of a function needs whose failed runs go to `set_aside`."""
        return PolicyStatement(actions=["sqs:SendMessage"], resources=[self.set_aside.queue_arn])


def lay_ground(stack: Stack, at: Installation, sources: Sources) -> Ground:
    """Make everything that no single capability owns."""
    parameters = declare_parameters(stack, at)
    tables = make_tables(stack, at)
    secrets = make_secrets(stack, at)
    exports = make_exports(stack, at)
    identity = make_identity(stack, at)
    has_mail = given(stack, "HasAlarmMail", parameters.alarm_mail)
    alarms = make_alarms(stack, at, parameters.alarm_mail, has_mail)
    bus = make_bus(stack, at, alarms)
    door = make_front_door(stack, at, identity)
    set_aside = make_set_aside(stack, "FailedRuns", alarms)
    public_url = or_else(stack, "HasPublicUrl", parameters.public_url, door.api.api_endpoint)
    pages = make_pages_client(stack, at, identity, public_url)
    settings = {
        "GOODWORD_STAGE": at.stage,
        "CLOCK_FILE": parameters.clock_file,
        "FALLBACK_URL": parameters.fallback_url,
        "MAIL_SENDER": parameters.mail_sender,
        "RAIL_SIMULATOR_URL": parameters.rail_simulator_url,
        "PUBLIC_URL": public_url,
        "ARRIVALS_TABLE": tables.arrivals.table_name,
        "JOURNAL_TABLE": tables.journal.table_name,
        "CORE_TABLE": tables.core.table_name,
        "KEYS_TABLE": tables.keys.table_name,
        "BUS_NAME": bus.events.event_bus_name,
        "VAULT_KEY_ARN": secrets.vault_key.key_arn,
        "CLICK_SECRET_ARN": arn_of(secrets.click),
        "INDEX_SECRET_ARN": arn_of(secrets.index),
        "RAIL_KEYS_ARN": arn_of(secrets.rail_keys),
        "RAIL_SIGNS_ARN": arn_of(secrets.rail_signs),
        "CRM_KEYS_ARN": arn_of(secrets.crm_keys),
        "EXPORTS_BUCKET": exports.bucket_name,
        "USER_POOL_ID": identity.pool.user_pool_id,
        "PAGES_CLIENT_ID": pages.user_pool_client_id,
        "PAGE_SECRET_ARN": arn_of(secrets.page),
        "EDGE_SIGN": sign_of_edge(secrets.edge, at),
        "EMBED_ORIGINS": parameters.embed_origins,
        # The emulator serves the pool's own pages at its endpoint, which functions know.
        "SIGN_IN_URL": "" if at.on_laptop else identity.domain.base_url(),
    }
    return Ground(
        stack=stack,
        at=at,
        parameters=parameters,
        tables=tables,
        secrets=secrets,
        exports=exports,
        identity=identity,
        alarms=alarms,
        bus=bus,
        door=door,
        functions=Functions(stack, at, sources, settings),
        schedules=Schedules(stack, at, alarms, set_aside),
        machines=Machines(stack, at, alarms),
        set_aside=set_aside,
    )
