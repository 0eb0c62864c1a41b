from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0006_sample_of_members")]

    operations = [
        migrations.RemoveIndex(model_name="membershipchange", name="membership_change_by_segment"),
        migrations.AddIndex(
            model_name="membershipchange",
            index=models.Index(
                fields=["segment", "changed_at", "subscriber"], name="membership_change_by_segment"
            ),
        ),
    ]
