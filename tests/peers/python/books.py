"""Books of Django REST framework, with the document that drf-spectacular makes: `books.py FILE`."""

from __future__ import annotations

import socket
import sys

import django
import uvicorn
from django.conf import settings

FILE = sys.argv[1]
settings.configure(
    SECRET_KEY="for a test",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FILE, "OPTIONS": {"timeout": 60}}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "drf_spectacular"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    REST_FRAMEWORK={
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 3,
    },
    USE_TZ=True,
)
django.setup()

from django.core.handlers.asgi import ASGIHandler  # noqa: E402 (Django has to be set up first)
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import include, path  # noqa: E402
from drf_spectacular.views import SpectacularAPIView  # noqa: E402
from rest_framework import routers, serializers, viewsets  # noqa: E402


class Book(models.Model):
    title = models.CharField(max_length=120)
    blurb = models.TextField(blank=True, default="")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    pages = models.PositiveSmallIntegerField(null=True)
    published = models.DateField(null=True)
    cover = models.CharField(max_length=8, choices=[("hard", "Hard"), ("soft", "Soft")], default="soft")
    link = models.URLField(blank=True, default="")
    code = models.UUIDField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "books"
        ordering = ("id",)


class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = "__all__"


class BookViewSet(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = BookSerializer


router = routers.DefaultRouter()
router.register("books", BookViewSet)
urlpatterns = [path("", include(router.urls)), path("schema/", SpectacularAPIView.as_view())]

call_command("migrate", verbosity=0)
with connection.schema_editor() as editor:
    editor.create_model(Book)

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(ASGIHandler(), log_level="error", lifespan="off")).run([listener])
