"""Stand-in for the official `postgresql` plugin: roles, databases, schemas, extensions and privileges on a real server.

Differs from the official plugin, on purpose:

* a password is sent as the SCRAM verifier that it computes itself, so no server log holds it in clear;
* all changes of one server wait for each other (see ``server``), so grants need no chaining;
* what a create finds to exist already names the ``pulumi import`` line that adopts it, also for a schema with
  ``ifNotExists=False``, which the official plugin silently adopts;
* a delete of what is already gone succeeds, and a failed drop leaves the database open for connections;
* privileges are looked up on views and partitioned tables too when ``objectType`` is ``table``.

Leaves out: ``Schema.policies`` (use ``Grant``), cloud vendors' logins, servers before PostgreSQL 13, the functions
(``getSchemas`` …) and the resource types for functions, publications, replication slots, servers and labels.
"""
