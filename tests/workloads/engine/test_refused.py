"""Which errors of the database mean that it refused the rows."""

import psycopg
import pytest
from psycopg import errors

from workloads.engine.recorder import refused


@pytest.mark.parametrize(
    "error", [errors.RaiseException, errors.InsufficientPrivilege, errors.CheckViolation, errors.NumericValueOutOfRange]
)
def test_what_is_in_the_rows_or_who_sends_them_is_refused(error: type[psycopg.Error]) -> None:
    assert refused(error("x"))


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(errors.ReadOnlySqlTransaction("x"), id="a standby"),
        pytest.param(errors.AdminShutdown("x"), id="a server that stops"),
        pytest.param(errors.QueryCanceled("x"), id="a time-out"),
        pytest.param(errors.DiskFull("x"), id="ingest that is stopped"),
        pytest.param(psycopg.OperationalError("connection refused"), id="no server at all"),
    ],
)
def test_where_a_server_stands_is_no_refusal(error: psycopg.Error) -> None:
    assert not refused(error)
