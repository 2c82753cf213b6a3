"""providers/ended/google_legacy: say here in a sentence what lies in this folder."""
