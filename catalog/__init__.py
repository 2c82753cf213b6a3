"""What exists: catalog files, loaded, validated and layered; typed entries; every error."""
