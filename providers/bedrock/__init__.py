"""Adapter for Amazon Bedrock's Converse API, by aioboto3 or boto3."""
