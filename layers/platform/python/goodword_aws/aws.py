"""Every AWS client of the product is made here, so that time-outs and retries are chosen once.

The time-outs are short because every caller is itself invoked again: a slow answer costs more than
a repeat. A client is made once per process and name; clients are safe to share between threads.
"""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

CONNECT_SECONDS = 2  # seconds; inside one region a connection takes milliseconds
READ_SECONDS = 8  # seconds; the slowest answer that is still worth waiting for (a KMS cold call)
ATTEMPTS = 4  # sends of one request, the first included
POOL_CONNECTIONS = 16  # sockets per client; the threads of one local process

# A repeat of these after a lost reply would act twice: their callers repeat them knowingly.
_NOT_REPEATABLE = frozenset({"sesv2"})


@cache
def session() -> Session:
    """The process's session: credentials and region of the environment.

    boto3's clients are botocore's. Importing boto3 for them would load its transfer manager too,
    which is a tenth of a function's start (docs/performance.md).
    """
    return get_session()


def _make(name: str, **options: Any) -> Any:
    return session().create_client(name, **options)


@cache
def client(name: str) -> Any:
    """The process's client of a service (`client("dynamodb")`); botocore honours AWS_ENDPOINT_URL.

    Untyped on purpose: botocore makes its methods at run time. Adapters give them types.
    """
    attempts = 1 if name in _NOT_REPEATABLE else ATTEMPTS
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=POOL_CONNECTIONS,
        tcp_keepalive=True,
    )
    return _make(name, config=config)
