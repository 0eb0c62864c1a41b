"""The management door: which resource stands at which address under /api/v1/."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter()
