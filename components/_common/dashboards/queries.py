"""PromQL that more than one panel asks; pure."""

_QUANTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}


def quantile(share: float, histogram: str, by: str = "", only: str = "") -> str:
    """The value that a share of the observations does not exceed; `by`: labels, `only`: matchers."""
    chosen = f"{{{only}}}" if only else ""
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({histogram}_bucket{chosen}[$__rate_interval])))"


def quantiles(histogram: str, by: str = "", only: str = "") -> dict[str, str]:
    """Legend → PromQL of p50, p99 and p99.9, for each value of one label."""
    told = f" {{{{{by}}}}}" if by else ""
    return {f"{name}{told}": quantile(share, histogram, by, only) for name, share in _QUANTILES.items()}


def heat(histogram: str, only: str = "") -> str:
    """How many observations fell between two bounds, for a heat map."""
    chosen = f"{{{only}}}" if only else ""
    return f"sum by (le) (increase({histogram}_bucket{chosen}[$__rate_interval]))"
