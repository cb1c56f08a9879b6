"""Builds the redirect from the environment, once per process; what is missing stops the start."""

import os
import time
from collections.abc import Mapping

from goodword_aws.hot.client import Client
from goodword_aws.hot.credentials import credentials_of
from goodword_aws.hot.links import Links
from goodword_aws.hot.redirect import Redirect
from goodword_aws.hot.secret import ClickSecret
from goodword_aws.hot.surroundings import clock, lost_counter, setting


def make_redirect(environment: Mapping[str, str]) -> Redirect:
    """The redirect, with the click secret already read if Secrets Manager answers."""
    credentials = credentials_of(environment)
    store = Client("dynamodb", environment, credentials)
    secret = ClickSecret(
        Client("secretsmanager", environment, credentials),
        setting(environment, "CLICK_SECRET_ARN"),
        time.monotonic,
    )
    secret()
    return Redirect(
        links=Links(store, setting(environment, "CORE_TABLE"), time.monotonic),
        store=store,
        arrivals_table=setting(environment, "ARRIVALS_TABLE"),
        fallback_url=setting(environment, "FALLBACK_URL"),
        secret=secret,
        now_ms=clock(environment.get("CLOCK_FILE", "")),
        entropy=os.urandom,
        count_lost=lost_counter(setting(environment, "GOODWORD_STAGE"), clock("")),
    )
