"""The two forms of an upload: which file, and how it is meant."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from segments.models import SegmentUpload
from segments.uploads.drafts import check_size
from segments.uploads.reading import FileRefused

SHARED_CHOICES = ((False, "Take none of them; the row is listed as failed"), (True, "Take all of them"))


class FileForm(forms.Form):
    """What somebody chooses first."""

    file = forms.FileField(
        label="File",
        error_messages={"empty": "The file is empty. Choose one with a person in each row."},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    mode = forms.ChoiceField(
        label="What to do with these people",
        choices=SegmentUpload.Mode.choices,
        initial=SegmentUpload.Mode.ADD,
        widget=forms.RadioSelect,
    )

    def clean_file(self) -> Any:
        chosen = self.cleaned_data["file"]
        try:
            check_size(chosen.size)
        except FileRefused as error:
            raise forms.ValidationError(str(error)) from None
        return chosen


class MeaningForm(forms.ModelForm[SegmentUpload]):
    """How the file is read; `columns` are its columns as people know them."""

    column = forms.TypedChoiceField(
        coerce=int, label="Who is meant stands in", widget=UnfoldAdminSelectWidget
    )
    by = forms.ChoiceField(
        label="What stands there",
        choices=[("", "Choose …"), *SegmentUpload.Column.choices],
        widget=UnfoldAdminSelectWidget,
    )
    takes_all = forms.TypedChoiceField(
        label="If several people share a value",
        choices=SHARED_CHOICES,
        coerce=lambda text: text == "True",
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = SegmentUpload
        fields: ClassVar = ["column", "by", "has_header", "takes_all", "mode"]
        labels: ClassVar = {"has_header": "The first row names the columns", "mode": "What to do"}
        widgets: ClassVar = {"mode": UnfoldAdminSelectWidget}

    def __init__(self, *args: Any, columns: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        column = self.fields["column"]
        assert isinstance(column, forms.TypedChoiceField)  # noqa: S101 - declared above
        column.choices = list(enumerate(columns))
