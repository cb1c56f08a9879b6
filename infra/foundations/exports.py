"""Files for finance (payment files, statements) lie in one closed, versioned bucket."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.installation import Installation

FILE_DAYS = 400  # no payout stays open for a year
OLD_VERSION_DAYS = 30  # time to notice that a file was overwritten
BANK_FILES = "payouts/files/"  # the only ones with names and accounts in plain
BANK_FILE_DAYS = 14  # as `limits` has it; it is written anew if the bank still needs it

EXTRACT_FILES = "extracts/"  # periods for spreadsheets
EXTRACT_DAYS = 15  # a day more than they can be saved


def make_exports(scope: Construct, at: Installation) -> s3.Bucket:
    """The bucket. Files go when no payout of theirs can be open and a year's audit is over."""
    bucket = s3.Bucket(
        scope,
        "Exports",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=not at.on_laptop,  # the emulator speaks HTTP on loopback, and knows it
        minimum_tls_version=None if at.on_laptop else 1.2,
        versioned=True,
        removal_policy=at.removal,
        lifecycle_rules=[
            s3.LifecycleRule(
                prefix=BANK_FILES,
                expiration=Duration.days(BANK_FILE_DAYS),
                noncurrent_version_expiration=Duration.days(1),
            ),
            s3.LifecycleRule(
                prefix=EXTRACT_FILES,
                expiration=Duration.days(EXTRACT_DAYS),
                noncurrent_version_expiration=Duration.days(1),
            ),
            s3.LifecycleRule(
                expiration=Duration.days(FILE_DAYS),
                noncurrent_version_expiration=Duration.days(OLD_VERSION_DAYS),
                abort_incomplete_multipart_upload_after=Duration.days(1),
            ),
        ],
    )
    acknowledge(
        bucket,
        "AwsSolutions-S1",
        "Who wrote which file is in the journal; an account's own CloudTrail logs who read it.",
    )
    return bucket
