"""What tests of several algorithms share."""


def box(x, half):
    """Return a square around (x, 0) as WKT, `half` its half side in metres."""
    return f"POLYGON(({x - half} {-half},{x + half} {-half},{x + half} {half},{x - half} {half},{x - half} {-half}))"
