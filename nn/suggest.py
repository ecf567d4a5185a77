"""Say which name was meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Give a sentence that suggests the known name most like a wrong one, or lists them all.

    Examples
    --------
    >>> nearest("he_norm", ["he_normal", "zeros"])
    "Did you mean 'he_normal'?"
    >>> nearest("?", ["he_normal", "zeros"])
    'Known are he_normal, zeros.'
    """
    # Needed when something is wrong, and no earlier.
    from difflib import get_close_matches

    known = sorted(known)
    plain = {one.lower().replace("_", ""): one for one in known}
    if not known:
        return "It has none."
    found = get_close_matches(name.lower().replace("_", ""), plain, n=1)
    return f"Did you mean {plain[found[0]]!r}?" if found else f"Known are {', '.join(known)}."
