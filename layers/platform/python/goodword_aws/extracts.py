"""Where the parts of extracts lie, and the use cases over them."""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError
from goodword.errors import NotFound, Unavailable
from goodword.payouts.sheet import sheet
from goodword.ports import Desk
from goodword.programs.extracting import Extracts, Row

from goodword_aws.aws import client
from goodword_aws.settings import settings

PLACE = "extracts/"  # below it, and nowhere else; the bucket drops what lies there after days
SHEET = "text/csv; charset=utf-8"


class ExtractParts:
    """The Parts port over a bucket; the client is asked for when it is needed."""

    def __init__(self, s3: Callable[[], Any], bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def keep(self, name: str, rows: Sequence[Row]) -> None:
        """Put the rows, without a head. Unavailable `file_not_written`."""
        content = sheet(rows).encode()
        try:
            self._s3().put_object(
                Bucket=self._bucket, Key=f"{PLACE}{name}", Body=content, ContentType=SHEET
            )
        except ClientError as refused:
            raise Unavailable("file_not_written", "the exports bucket refused") from refused

    def read(self, name: str) -> bytes:
        """The rows of a part. NotFound `no_export` once the bucket has dropped it."""
        try:
            found = self._s3().get_object(Bucket=self._bucket, Key=f"{PLACE}{name}")
            content: bytes = found["Body"].read()
        except ClientError as refused:
            raise NotFound("no_export", "the file is no longer kept") from refused
        return content


def extract_parts() -> ExtractParts:
    """Needs EXPORTS_BUCKET."""
    return ExtractParts(lambda: client("s3"), settings().exports_bucket)


def extracts(desk: Desk) -> Extracts:
    """The use cases of those who ask for extracts and save them."""
    return Extracts(desk, {}, extract_parts())


def extracting(desk: Desk) -> Extracts:
    """The same for the worker, who reads what goes into them."""
    from goodword_aws.extracts_rows import sections  # noqa: PLC0415 - dear, for workers alone

    return Extracts(desk, sections(desk), extract_parts())


def extract_file(desk: Desk, program_id: str, extract_id: str, what: str, number: int) -> bytes:
    """A file with its head; that it was taken, and by whom, is noted first."""
    from goodword_aws.extracts_rows import HEADS  # noqa: PLC0415 - the same

    parts, kept = extracts(desk).save(program_id, extract_id, what, number), extract_parts()
    head = next(row for kind, row in HEADS.items() if kind == what)
    return b"".join([sheet([head]).encode(), *(kept.read(name) for name in parts)])
