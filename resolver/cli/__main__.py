"""`python -m modelcatalog.resolver.cli`."""

from modelcatalog.resolver.cli import main

main()
