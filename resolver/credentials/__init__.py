"""Where values come from: the credential chain, the environment, files, keyring, command, clouds."""
