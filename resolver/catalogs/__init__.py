"""resolver/catalogs: say here in a sentence what lies in this folder."""
