from tortoise import migrations

from models.migrating.rebuilding import RebuildKeys


class Migration(migrations.Migration):
    """Keys that fold letters which Unicode does not decompose, and that identify addresses by where mail goes."""

    dependencies = [("models", "0003_replaced_indexes")]

    initial = False

    operations = [RebuildKeys("users"), RebuildKeys("roles")]
