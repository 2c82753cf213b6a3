"""providers/adapter: say here in a sentence what lies in this folder."""
