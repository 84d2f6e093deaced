"""Dagster's own store of events, whose databases a process opens once.

What belongs here: how long the databases are open. What does not: what is stored in them, which is Dagster's.

Dagster opens a database for each event and closes it behind it. SQLAlchemy then writes out each statement anew,
and SQLite empties its journal onto the disk, which takes longer than the work of a small run.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage, _event_logs_directory
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine

_MOST_OPEN = 8
"""How many databases stay open: that of all runs and those of the runs at hand; each run has one of its own."""


class KeptEvents(SqliteEventLogStorage):
    """Dagster's databases of events, left open until the instance is closed."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        """Give what opens a database; one too many closes that which was asked for longest ago."""
        if shard not in self._engines:
            url, waits = self.conn_string_for_shard(shard), {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            self._engines[shard] = create_engine(url, connect_args=waits)
            if len(self._engines) > _MOST_OPEN:
                self._engines.popitem(last=False)[1].dispose()
        self._engines.move_to_end(shard)
        return self._engines[shard]

    def dispose(self) -> None:
        """Close the databases."""
        for engine in self._engines.values():
            engine.dispose()
        super().dispose()


class KeptStorage(DagsterSqliteStorage):
    """Dagster's own storage, with databases of events that stay open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = KeptEvents(_event_logs_directory(base_dir))

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Make the storage from what Dagster says of it."""
        return cls.from_local(config_value["base_dir"], inst_data)


def with_kept_events(instance: InstanceRef) -> InstanceRef:
    """Give an instance with databases of events that stay open; one of somebody's own storage as it is."""
    stored = instance.storage_data
    if stored is None or stored.class_name != DagsterSqliteStorage.__name__:
        return instance
    kept = ConfigurableClassData(__name__, KeptStorage.__name__, stored.config_yaml)
    return instance._replace(storage_data=kept)
