"""`python -m tddbot`."""

from tddbot.cli.main import main

main()
