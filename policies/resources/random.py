"""What the random provider makes."""

from typing import ClassVar

from policies.pack.resource import Resource


class RandomPassword(Resource):
    """A password that is made once and kept in the state, as a secret."""

    TYPE: ClassVar[str] = "random:index/randomPassword:RandomPassword"


class RandomString(Resource):
    """A text that is made once, and no secret."""

    TYPE: ClassVar[str] = "random:index/randomString:RandomString"
