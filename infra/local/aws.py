"""Every AWS client of the laptop run talks to the emulator with its root key, never to AWS."""

from typing import Any

import boto3
from botocore.config import Config

from infra.local.places import REGION, ROOT_KEY

# With one attempt a test would fail for reasons that are not the product's.
PATIENT = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"total_max_attempts": 5, "mode": "standard"},
    s3={"addressing_style": "path"},  # the bucket in the path: no host name to resolve
)


def client(endpoint: str, service: str) -> Any:
    """A boto3 client of the emulator; Any, because boto3 makes its methods at run time."""
    return boto3.client(  # type: ignore[call-overload]  # the service is named at run time
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ROOT_KEY,
        aws_secret_access_key=ROOT_KEY,
        config=PATIENT,
    )
