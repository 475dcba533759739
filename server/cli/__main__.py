"""`python -m server.cli`: the command `rollcall` where it is not installed."""

from server.cli import main

main()
