"""What is deployed, on AWS and on a laptop: one CDK app, one stack. It imports no product code."""
