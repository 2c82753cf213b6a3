"""Adapter for azure-ai-inference, which its maker has ended."""
