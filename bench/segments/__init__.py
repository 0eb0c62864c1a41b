"""`make bench-segments`: the standard segments on generated data, through the real compiler, beside DuckDB."""

import django

django.setup()  # before any module of ours: they import models
