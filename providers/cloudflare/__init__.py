"""Adapter for the REST API of Cloudflare's Workers AI, which has no SDK."""
