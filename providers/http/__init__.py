"""providers/http: say here in a sentence what lies in this folder."""
