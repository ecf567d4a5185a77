"""`python -m nn` is the command `gradtape`; see `nn.cli`."""

import sys

if __name__ == "__main__":
    try:
        from nn.cli import main
    except KeyboardInterrupt:
        print("gradtape: interrupted", file=sys.stderr)
        sys.exit(130)
    sys.exit(main())
