"""`icc-bridge demo` as a process: both addresses, what was done is kept, and it ends in good order."""

from pathlib import Path

import pytest

from lti_tool.demo.browser import Browser
from lti_tool.demo.connecting import ADMIN, log_in
from lti_tool.demo.running import folder_for
from tests.ports import answers, free_port
from tests.processes import Command, running

pytestmark = pytest.mark.long


def tools(school_port: int) -> int:
    """How many tools the school knows."""
    school_url = f"http://localhost:{school_port}"
    with Browser() as browser:
        log_in(browser, school_url, ADMIN)
        return browser.get(f"{school_url}/admin/tools").text.count("client_id")


def assert_lets_the_staff_in(link: str) -> None:
    """The printed link signs in once, and leads to the console."""
    with Browser() as browser:
        console = browser.get(link).form(name="link").submit()
        assert console.url.endswith("/console/")
        assert "Fatma de Wit" in console.text


def test_it_prints_both_addresses_keeps_what_was_done_and_ends_well(tmp_path: Path) -> None:
    port, school_port = free_port(), free_port()
    words = ("demo", "--port", str(port), "--school-port", str(school_port))
    for stop in (Command.interrupt, Command.terminate):
        with running(*words, folder=tmp_path) as demo:
            greeting = demo.read_until("Stop with Ctrl-C")
            assert f"School (start here):  http://localhost:{school_port}\n" in greeting
            assert f"Tool:                 http://localhost:{port}\n" in greeting
            assert "knew another tool" not in greeting
            assert tools(school_port) == 1
            assert_lets_the_staff_in(greeting.partition("Its staff (one time): ")[2].split()[0])
            stop(demo)
            code, _said, complained = demo.end()
        assert (code, complained) == (0, "")
        assert not answers(port)
        assert not answers(school_port)
    assert (tmp_path / "var" / f"demo-{port}-{school_port}" / "school.json").exists()


def test_each_learning_environment_has_a_folder_of_its_own() -> None:
    folders = [folder_for(8401, 8400), folder_for(8401, 8400, "canvas"), folder_for(8411, 8410, "canvas")]
    assert [str(folder) for folder in folders] == ["var/demo", "var/demo-canvas", "var/demo-canvas-8411-8410"]


def test_stopped_while_it_starts_it_leaves_nothing_running(tmp_path: Path) -> None:
    port, school_port = free_port(), free_port()
    with running("demo", "--port", str(port), "--school-port", str(school_port), folder=tmp_path) as demo:
        demo.wait_for(lambda: answers(school_port))
        demo.terminate()
        code, _said, complained = demo.end()
    assert (code, complained) == (0, "")
    assert not answers(port)
    assert not answers(school_port)


def test_what_an_earlier_demo_left_and_cannot_be_read_is_one_line_with_what_to_do(tmp_path: Path) -> None:
    port, school_port = free_port(), free_port()
    folder = tmp_path / "var" / f"demo-{port}-{school_port}"
    folder.mkdir(parents=True)
    (folder / "school.json").write_text("{")
    with running("demo", "--port", str(port), "--school-port", str(school_port), folder=tmp_path) as demo:
        code, said, complained = demo.end()
    assert (code, said) == (1, "")
    assert complained.startswith("icc-bridge: the school of the demo stopped: the demo school cannot start: ")
    assert complained.endswith("; icc-bridge demo --fresh begins anew\n")
    assert complained.count("\n") == 1


def test_the_default_ports_have_the_folder_of_the_documentation_and_others_their_own() -> None:
    assert folder_for(8401, 8400) == Path("var/demo")
    assert folder_for(8411, 8410) == Path("var/demo-8411-8410")
