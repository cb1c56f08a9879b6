"""What the redirect runs on. Nothing here imports boto3, botocore, pydantic or Powertools."""
