"""`python -m modelcatalog`: the command `catalog`."""

from modelcatalog.resolver.cli import main

main()
