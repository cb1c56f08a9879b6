"""Files for finance (payment files, statements) lie in one closed, versioned bucket."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.installation import Installation


def make_exports(scope: Construct, at: Installation) -> s3.Bucket:
    """The bucket. Old versions go after a year, half-finished uploads after a day."""
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
                noncurrent_version_expiration=Duration.days(365),
                abort_incomplete_multipart_upload_after=Duration.days(1),
            )
        ],
    )
    acknowledge(
        bucket,
        "AwsSolutions-S1",
        "Who wrote which file is in the journal; an account's own CloudTrail logs who read it.",
    )
    return bucket
