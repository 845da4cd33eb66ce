"""`python -m optimizer` is `pkgset`."""

from optimizer.cli.main import main

if __name__ == "__main__":
    main()
