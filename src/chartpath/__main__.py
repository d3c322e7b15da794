"""`python -m chartpath` is the `chartpath` command."""

from chartpath.cli import main

main()
