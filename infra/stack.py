"""One stack holds everything: no layer locks functions of another stack, and a deploy is whole.

The order below is that of the data: programmes and people, then what arrives, what it earns, what
is paid, what is told.
"""

import json

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Stack
from constructs import Construct

from infra.capabilities.advocates import add_advocates
from infra.capabilities.console import add_console
from infra.capabilities.conversions import add_conversions
from infra.capabilities.journeys import add_journeys
from infra.capabilities.ledger import add_ledger
from infra.capabilities.messages import add_messages
from infra.capabilities.payouts import add_payouts
from infra.capabilities.portal import add_portal
from infra.capabilities.privacy import add_privacy
from infra.capabilities.programs import add_programs
from infra.capabilities.rewards import add_rewards
from infra.capabilities.tracking import add_tracking
from infra.capabilities.trust import add_trust
from infra.foundations.edge import make_edge
from infra.foundations.ground import Ground, lay_ground
from infra.foundations.installation import Installation
from infra.layers import Sources


class GoodwordStack(Stack):
    """`goodword-<stage>`: the whole installation."""

    def __init__(self, scope: Construct, name: str, *, at: Installation, sources: Sources) -> None:
        super().__init__(
            scope,
            name,
            description="Goodword: referral and advocacy infrastructure",
            termination_protection=at.keeps_data,
            # The CDK CLI checks the bootstrap by itself; an emulator has none to check.
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        ground = lay_ground(self, at, sources)
        add_programs(ground)
        add_advocates(ground)
        add_tracking(ground)
        add_conversions(ground)
        add_ledger(ground)
        add_rewards(ground)
        add_trust(ground)
        add_journeys(ground)
        add_payouts(ground)
        add_messages(ground)
        add_privacy(ground)
        add_portal(ground)
        add_console(ground)
        edge = make_edge(self, at, ground.door, ground.functions.settings["EDGE_SIGN"])
        CfnOutput(self, "EdgeUrl", value=f"https://{edge.distribution_domain_name}")
        for key, value in _outputs(ground).items():
            CfnOutput(self, key, value=value)


def _outputs(ground: Ground) -> dict[str, str]:
    """What people and tools need to know of a deployed stack. `Functions` is JSON."""
    settings = ground.functions.settings
    return {
        "ApiUrl": ground.door.api.api_endpoint,
        "ApiId": ground.door.api.api_id,
        "UserPoolId": ground.identity.pool.user_pool_id,
        "UserPoolClientId": ground.identity.app.user_pool_client_id,
        "PagesClientId": settings["PAGES_CLIENT_ID"],
        "ArrivalsTable": settings["ARRIVALS_TABLE"],
        "JournalTable": settings["JOURNAL_TABLE"],
        "CoreTable": settings["CORE_TABLE"],
        "KeysTable": settings["KEYS_TABLE"],
        "BusName": settings["BUS_NAME"],
        "ExportsBucket": settings["EXPORTS_BUCKET"],
        "SealsBucket": settings["SEALS_BUCKET"],
        "SealKeyArn": settings["SEAL_KEY_ARN"],
        "RewardApprovalArn": settings["REWARD_APPROVAL_ARN"],
        "JourneyArn": settings["JOURNEY_ARN"],
        "PayoutCycleArn": settings["PAYOUT_CYCLE_ARN"],
        "VaultKeyArn": settings["VAULT_KEY_ARN"],
        "ClickSecretArn": settings["CLICK_SECRET_ARN"],
        "IndexSecretArn": settings["INDEX_SECRET_ARN"],
        "AlarmTopicArn": ground.alarms.topic.topic_arn,
        "Functions": json.dumps(ground.functions.names()),
    }
