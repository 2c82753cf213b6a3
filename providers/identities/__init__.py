"""Keys that are refreshed, and the credentials of AWS and Google."""
