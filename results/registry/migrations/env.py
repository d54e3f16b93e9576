"""What Alembic runs: all missing steps, in one transaction, on the connection that it is given."""

from alembic import context

from results.registry.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=True,  # SQLite can, once pysqlite leaves the transaction to us; see database.py
)
with context.begin_transaction():
    context.run_migrations()
