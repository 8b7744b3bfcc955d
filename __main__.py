"""The program that `pulumi up` runs: one stack, from the settings in Pulumi.<stack>.yaml."""

from stacks import load, trading

settings = load.settings()
trading.build(settings, images=load.images(), given=load.given_secrets(settings.secrets))
