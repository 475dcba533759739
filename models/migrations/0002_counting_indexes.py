from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Nothing but new indexes: whoever waits for them to be built may hold what a stronger lock would wait for."""

    dependencies = [("models", "0001_initial")]

    initial = False

    operations = [
        ops.AddIndex(model_name="User", index=Index(fields=["role_id", "platform_id"], name="users_of_role")),
        ops.AddIndex(
            model_name="User",
            index=Index(
                fields=[
                    "platform_id",
                    "disabled_at",
                    "activated_at",
                    "totp_confirmed_at",
                    "role_id",
                    "password_changed_at",
                    "last_login_at",
                    "locked_at",
                ],
                name="users_counted",
            ),
        ),
    ]
