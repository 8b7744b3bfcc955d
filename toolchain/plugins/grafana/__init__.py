"""Stand-in for the official `grafana` plugin: folders, dashboards, data sources, accounts and alerting over HTTP.

Differs from the official plugin, on purpose:

* a changed notifier of a contact point is updated in place instead of deleted and made anew, so a contact point in use
  never goes without it;
* rules keep their uid over a change of their group, by name;
* what a create finds to exist already names the ``pulumi import`` line that adopts it;
* durations are compared by length (``60m`` is ``1h``) everywhere.

Leaves out: Grafana Cloud and Enterprise (their provider options, ``Team.teamSync``, private data source networks), the
contact point blocks that ``receivers.UNSUPPORTED`` names, ``tlsConfig`` and ``httpConfig`` of a webhook, dashboards in
the Kubernetes form, the functions (``getFolder`` …) and all other resource types.
"""
