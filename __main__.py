"""The program that `pulumi up` runs: one stack, from the settings in Pulumi.<stack>.yaml."""

import pulumi

from stacks import load, trading
from stacks.settled import settled

settings = load.settings()
trading.build(settings, images=load.images(), given=load.given_secrets(settings.secrets))
pulumi.run(settled)
