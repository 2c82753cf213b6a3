"""What tests of an adapter are made of: the contract, the service behind it as a stub, a server that records."""
