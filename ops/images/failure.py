"""The one error of this package."""


class ImageError(Exception):
    """An image could not be made or moved; the text names what, why and the fix."""
