"""Stand-in for the official `grafana` plugin: folders, dashboards, data sources, accounts, alerting, over HTTP.

Differs from the official plugin, on purpose:

* a changed notifier of a contact point is updated in place instead of deleted and made anew, so a contact point in use
  never goes without it;
* rules keep their uid over a change of their group, by name;
* permissions of a folder are taken in a request of their own, before all that are wanted are given;
* a login that Grafana turns away is not tried again: it shuts a name out after five wrong passwords;
* what a create finds to exist already names the ``pulumi import`` line that adopts it;
* durations are compared by length (``60m`` is ``1h``) everywhere.

Leaves out: Grafana Cloud and Enterprise (their provider options, ``Team.teamSync``, private data source networks), the
contact point blocks that ``receivers.UNSUPPORTED`` names, ``tlsConfig`` and ``httpConfig`` of a webhook, dashboards in
the Kubernetes form, the functions (``getFolder`` …) and all other resource types.
"""
