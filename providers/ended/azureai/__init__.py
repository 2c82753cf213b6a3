"""The adapter for azure-ai-inference, which stayed a preview."""
