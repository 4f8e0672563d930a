"""``python -m ctglib`` is ``ctg``."""

from ctglib.commandes import main

if __name__ == "__main__":
    main()
