"""The adapter for google-cloud-aiplatform's deprecated GenerativeModel."""
