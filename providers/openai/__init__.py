"""Adapters for the openai SDK: every service of its protocol, and Azure OpenAI."""
