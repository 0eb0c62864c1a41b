"""One running Carillon for all acceptance tests, and the demo shop's site in it."""

from collections.abc import Generator, Iterator

import pytest

from demo.products import DEMO_SITE_NAME
from tests.acceptance.api import Api, Json
from tests.acceptance.operating import make_admin
from tests.acceptance.stack import Stack, run_stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with run_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="package")
def api(stack: Stack) -> Api:
    return Api(stack.url, make_admin(stack.environment))


@pytest.fixture
def site(stack: Stack, api: Api) -> Iterator[Json]:
    """The demo shop's site, new for each test; its clock is nobody's in these tests."""
    values = {
        "name": DEMO_SITE_NAME,
        "url": stack.url,
        "contact_email": "push@example.com",
        "timezone": "UTC",
    }
    created: Json = api.post("sites/", values)
    yield created
    api.patch(f"sites/{created['id']}/", {"name": f"{DEMO_SITE_NAME} {created['id']}"})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails shows what the processes wrote."""
    report = yield
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(stack, Stack):
        report.sections += [(f"log of {name}", log) for name, log in stack.read_logs().items() if log]
    return report
