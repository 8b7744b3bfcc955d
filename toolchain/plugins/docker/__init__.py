"""Stand-in for the official docker provider: Container, Network, Volume and RemoteImage over the Docker Engine API.

It follows pulumi-docker 5.1.0. Where it differs, it does so on purpose:

- A container that cannot be connected, filled or started is removed again, so a failed create leaves nothing. One that
  started and then did not become healthy stays, half-made, in state; the next `up` starts it again where it stopped and
  waits again (the official plugin calls that update done without looking).
- `wait` also ends early when the container exits, and its error holds the last health check and log lines.
- Uploads go into the deepest mount that holds them, so they work with `readOnly` where the image declares a volume; the
  official plugin unpacks everything at `/`, which the daemon refuses for a read-only root.
- Raising `memory` without `memorySwap` raises the swap limit with it, as at create; the official plugin fails there.
- `disableDockerDaemonCheck` really skips the check.
- Two networks of one name are refused; older daemons would make the second one.

Not there: `RemoteImage.build`, cluster volumes, credential helpers in `registryAuth`, and all other resource types.
"""
