"""The program that `pulumi up` runs: one stack, from the settings in Pulumi.<stack>.yaml."""

from pathlib import Path

import pulumi

from stacks import load, trading
from stacks.digest import OUTPUT, digest

settings = load.settings()
trading.build(settings, images=load.images(), given=load.given_secrets(settings.secrets))
pulumi.export(OUTPUT, digest(Path.cwd(), pulumi.get_stack()))
