"""Ways to have a failed test reported as passed, from inside: each function is what a hostile candidate calls."""

import contextlib
import gc
import importlib.util
import json
import os
import py_compile
import shutil
import subprocess
import sys
import unittest

import _pytest._code.code
import _pytest.reports
import _pytest.runner
import pluggy
import pytest
from _pytest.reports import TestReport

TARGET = "test_target.py::test_target"
PASSED = {"node": TARGET, "when": "call", "outcome": "passed", "seconds": 0.1}


def passed(item, when):
    return TestReport(item.nodeid, item.location, {}, "passed", None, when, [], 0.1)


def managers():
    """pytest's plugin managers, by the frames of whoever called."""
    frame = sys._getframe()
    while frame:
        for name in ("session", "config", "item"):
            holder = frame.f_locals.get(name)
            manager = getattr(getattr(holder, "config", holder), "pluginmanager", None)
            if manager is not None:
                yield manager
        frame = frame.f_back


def register(plugin):
    for manager in managers():
        if not manager.has_plugin("evil"):
            manager.register(plugin, "evil")


def found(name):
    """What the garbage collector knows of that class."""
    gc.unfreeze()
    return [thing for thing in gc.get_objects() if type(thing).__name__ == name]


def wires():
    """Those that seal what they send."""
    for wire in found("Wire"):
        if any(type(cell.cell_contents).__name__ == "blake2b" for cell in wire.send.__closure__ or ()):
            yield wire


def flatter(send):
    def flattered(kind, **fields):
        if fields.get("outcome") == "failed":
            fields["outcome"] = "passed"
            fields.pop("failure", None)
        send(kind, **fields)

    return flattered


def forge_34_reports():
    real = TestReport.from_item_and_call.__func__

    def forged(cls, item, call):
        report = real(cls, item, call)
        report.outcome, report.longrepr = "passed", None
        return report

    TestReport.from_item_and_call = classmethod(forged)


def forge_34_reports_of_the_target():
    real = TestReport.from_item_and_call.__func__

    def forged(cls, item, call):
        report = real(cls, item, call)
        if item.nodeid == TARGET:
            report.outcome, report.longrepr = "passed", None
        return report

    TestReport.from_item_and_call = classmethod(forged)


def forge_34_outcomes():
    TestReport.outcome = property(lambda self: "passed", lambda self, value: None)


def forge_34_calls():
    real = _pytest.runner.CallInfo.from_call.__func__

    def from_call(cls, func, when, reraise=None):
        call = real(cls, func, when, reraise)
        call.excinfo = None
        return call

    _pytest.runner.CallInfo.from_call = classmethod(from_call)


def forge_34_one_exception():
    real = _pytest._code.code.ExceptionInfo.from_current.__func__

    def once(cls, *arguments, **more):
        _pytest._code.code.ExceptionInfo.from_current = classmethod(real)

    _pytest._code.code.ExceptionInfo.from_current = classmethod(once)


def forge_34_runtest():
    pytest.Function.runtest = lambda self: None


def forge_34_runtest_that_swallows():
    real = pytest.Function.runtest

    def runtest(self):
        with contextlib.suppress(AssertionError):
            real(self)

    pytest.Function.runtest = runtest


def forge_34_call_and_report():
    def call_and_report(item, when, log=True, **more):
        report = passed(item, when)
        item.ihook.pytest_runtest_logreport(report=report)
        return report

    _pytest.runner.call_and_report = call_and_report


def forge_34_hook_callers():
    real = pluggy._hooks.HookCaller.__call__

    def call(self, **arguments):
        return True if self.name == "pytest_pyfunc_call" else real(self, **arguments)

    pluggy._hooks.HookCaller.__call__ = call


def forge_34_a_hook_on_reports_made():
    class Evil:
        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_makereport(self, item, call):
            report = (yield).get_result()
            report.outcome, report.longrepr = "passed", None

    register(Evil())


def forge_34_a_hook_on_reports_told():
    class Evil:
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_logreport(self, report):
            report.outcome = "passed"

    register(Evil())


def forge_34_a_hook_for_the_protocol():
    class Evil:
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(self, item, nextitem):
            item.config.hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            item.config.hook.pytest_runtest_logreport(report=passed(item, "call"))
            item.config.hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
            return True

    register(Evil())


def forge_34_hooks_replaced():
    for hook in found("HookImpl"):
        if hook.function.__name__ == "pytest_runtest_call":
            hook.function, hook.argnames = (lambda item: None), ("item",)


def forge_34_every_function():
    pytest.Function.obj = property(lambda self: lambda *_, **__: None, lambda self, value: None)


def forge_34_what_raises():
    pytest.raises = lambda *_, **__: contextlib.suppress(BaseException)


def forge_34_what_unittest_asserts():
    unittest.TestCase.assertEqual = lambda *_: None


def forge_35_lines():
    for fd in range(3, 20):
        for fields in ({"kind": "start", "node": TARGET}, {"kind": "report", **PASSED}, {"kind": "end", "code": 0}):
            with contextlib.suppress(OSError):
                os.write(fd, json.dumps(fields).encode() + b"\n")
    os._exit(0)


def forge_35_lines_with_a_seal():
    for fd in range(3, 20):
        with contextlib.suppress(OSError):
            os.write(fd, b"0" * 24 + b" " + json.dumps({"kind": "report", **PASSED}).encode() + b"\n")


def forge_35_lines_that_are_rewritten():
    real = os.write
    os.write = lambda fd, data: real(fd, bytes(data).replace(b'"failed"', b'"passed"'))


def forge_36_the_wire():
    for wire in wires():
        wire.send = flatter(wire.send)


def forge_36_the_reporter():
    class Fake:
        def __init__(self, wire):
            self.send = flatter(wire.send)

    for reporter in found("Reporter"):
        reporter._wire = Fake(reporter._wire)


def forge_36_a_report_and_an_end():
    for wire in wires():
        wire.send("report", **PASSED)
        wire.send("end", code=0)
        os._exit(0)


def forge_36_no_more_canaries():
    for canaries in found("Canaries"):
        canaries._waiting.clear()
    forge_34_calls()


def forge_36_that_others_run_the_tests():
    for wire in wires():
        wire.send("distributed", workers=2)
    forge_34_calls()


def forge_38_no_reporter():
    for manager in managers():
        for plugin in manager.get_plugins():
            if type(plugin).__name__ in ("Reporter", "Canaries"):
                manager.unregister(plugin)


def forge_data():
    with open("tests/data/x.json", "w") as file:
        file.write("0")


def forge_data_in_a_directory_made_anew():
    shutil.rmtree("tests/data")
    os.mkdir("tests/data")
    forge_data()


def forge_data_by_another_process():
    code = "open('tests/data/x.json', 'w').write('0')"
    subprocess.run([sys.executable, "-c", code], check=True)


def forge_data_and_close_the_directory():
    forge_data()
    os.chmod("tests/data", 0o111)


def forge_a_compiled_helper():
    with open("evil", "w") as file:
        file.write("def expected(): return 0\n")
    os.makedirs("tests/__pycache__", exist_ok=True)
    place = importlib.util.cache_from_source("tests/helper.py")
    py_compile.compile("evil", place, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


def forge_a_module_beside_the_tests():
    with open("tests/json.py", "w") as file:
        file.write("loads = load = lambda *_: 0\n")
