"""AWS Signature Version 4, for the one shape of request that the redirect makes: POST / with JSON.

tests/contract compares it with botocore's. The time is the real one: local time travel must not
make signatures of the future.
"""

import hashlib
import hmac
from functools import lru_cache

from goodword_aws.hot.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"


def signed_headers(
    service: str, region: str, headers: dict[str, str], body: bytes, at: str, by: Credentials
) -> dict[str, str]:
    """`headers` (lower case, with host) and what signing adds. `at` is like 20261122T101112Z."""
    signed = {**headers, "x-amz-date": at}
    if by.token:
        signed["x-amz-security-token"] = by.token
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{' '.join(signed[name].split())}\n" for name in sorted(signed))
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = _key(by.secret, at[:8], region, service)
    signature = hmac.digest(key, f"{ALGORITHM}\n{at}\n{scope}\n{digest}".encode(), "sha256").hex()
    signed["authorization"] = (
        f"{ALGORITHM} Credential={by.key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return signed


@lru_cache(maxsize=8)  # two services, the day before and after midnight, one rotation of the keys
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
