"""A list attribute says what its items are, text or numbers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0007_when_merged"),
    ]

    operations = [
        migrations.AddField(
            model_name="attribute",
            name="element_type",
            field=models.CharField(
                choices=[("text", "Text"), ("number", "Number")],
                db_default="text",
                default="text",
                help_text="Of a list: whether its items are compared as text or as numbers.",
                max_length=10,
                verbose_name="each item is",
            ),
        ),
        migrations.AddConstraint(
            model_name="attribute",
            constraint=models.CheckConstraint(
                condition=models.Q(("element_type__in", ["text", "number"])),
                name="attribute_element_type_is_known",
            ),
        ),
    ]
