"""Where values come from: environment, `.env`, keyring, commands, cloud identities; formats of keys."""
