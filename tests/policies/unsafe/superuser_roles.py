"""A schema whose programs are all the superuser, by passwords in the code."""

import pulumi_postgresql as postgresql
import pulumi_random as random

server = postgresql.Provider("server", host="10.0.0.6", username="postgres", password="postgres", sslmode="disable")
postgresql.Database("trading", name="trading")
short = random.RandomPassword("bot-password", length=10)
random.RandomString("api-token", length=40)
postgresql.Role("bot", name="bot", login=True, superuser=True, password="hunter22")
postgresql.Role("reader", name="reader", login=True, password=short.result, encrypted_password=False)
postgresql.Grant(
    "orders",
    database="trading",
    role="bot",
    schema="audit",
    object_type="table",
    privileges=["ALL"],
    with_grant_option=True,
)
postgresql.Grant(
    "fix",
    database="trading",
    role="bot",
    object_type="table",
    objects=["order_events"],
    privileges=["SELECT", "DELETE"],
)
postgresql.Grant("everybody", database="trading", role="public", object_type="database", privileges=["CREATE"])
postgresql.DefaultPrivileges(
    "later",
    database="trading",
    owner="bot",
    role="public",
    schema="audit",
    object_type="table",
    privileges=["SELECT", "UPDATE"],
)
