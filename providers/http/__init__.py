"""HTTP clients below SDKs: hooks, TLS, sealing from the environment."""
