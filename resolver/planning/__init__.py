"""resolver/planning: say here in a sentence what lies in this folder."""
