"""What reaches into the process that judges: test frameworks, frames, the interpreter's own hooks, and its end."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Module
from tddbot.judge.guard.names import Names

_FRAMEWORKS = frozenset({"_pytest", "pytest", "pluggy", "unittest", "nose", "xdist", "hypothesis", "testtools"})
_FRAMES = frozenset({
    "sys._getframe", "sys._current_frames", "sys._current_exceptions", "sys._getframemodulename", "inspect.stack",
    "inspect.currentframe", "inspect.trace", "inspect.getouterframes", "inspect.getinnerframes",
    "traceback.extract_stack", "traceback.walk_stack", "traceback.print_stack", "traceback.format_stack",
    "traceback.StackSummary.extract", "linecache.getline", "linecache.getlines",
    "logging.currentframe", "logging.Logger.findCaller", "threading._active",
})  # fmt: skip
_FRAME_ATTRIBUTES = frozenset({
    "_getframe", "_current_frames", "currentframe", "f_back", "f_globals", "f_locals", "f_code", "f_builtins",
    "f_trace", "tb_frame", "gi_frame", "cr_frame", "ag_frame", "findCaller",
})  # fmt: skip
_ENDINGS = frozenset({
    "os._exit", "os.abort", "os.kill", "os.killpg", "atexit._run_exitfuncs", "atexit.unregister",
    "atexit._clear", "signal.signal", "signal.alarm", "signal.setitimer", "signal.raise_signal",
    "signal.set_wakeup_fd", "signal.pthread_kill", "threading._register_atexit", "threading._shutdown", "sys.exitfunc",
    "_thread.interrupt_main", "faulthandler.enable", "faulthandler.dump_traceback_later",
    "multiprocessing.util.Finalize", "os.register_at_fork", "os.execv", "os.execve", "os.execl", "os.execle",
    "os.execlp", "os.execvp", "os.execvpe", "os.fork", "os.forkpty", "signal.siginterrupt", "signal.sigaction",
    "os.dup2", "os.closerange", "sys.__stdout__", "os.tcsetpgrp",
})  # fmt: skip
_ENDING_ATTRIBUTES = frozenset({"_exit", "_run_exitfuncs", "_register_atexit"})
_HOOKS = frozenset({
    "sys.settrace", "sys.setprofile", "sys.addaudithook", "sys.monitoring", "sys.set_coroutine_origin_tracking_depth",
    "sys.set_asyncgen_hooks", "sys.call_tracing", "sys.set_int_max_str_digits", "threading.settrace",
    "threading.setprofile", "threading.setprofile_all_threads", "threading.settrace_all_threads", "sys.gettrace",
    "sys.getprofile", "gc.get_objects", "gc.get_referrers", "gc.get_referents", "gc.callbacks", "gc.garbage",
    "builtins.__build_class__", "sys.breakpointhook", "sys.displayhook",
})  # fmt: skip
_HOOK_MODULES = frozenset({"ctypes", "_ctypes", "cffi", "_testcapi", "_testinternalcapi", "_xxsubinterpreters", "bdb"})
_HOOK_ATTRIBUTES = frozenset({
    "get_objects", "get_referrers", "get_referents", "settrace", "setprofile", "addaudithook", "co_code", "co_consts",
    "__globals__", "__builtins__", "cell_contents",
})  # fmt: skip
_READABLE = frozenset({
    "co_name", "co_filename", "co_firstlineno", "co_argcount", "co_varnames", "co_flags", "co_kwonlyargcount",
    "co_names", "co_posonlyargcount", "co_freevars", "co_qualname",
})  # fmt: skip
_MAKING = frozenset({"types.CodeType", "types.FunctionType", "types.LambdaType"})
_EXITS = frozenset({"sys.exit", "builtins.exit", "builtins.quit", "builtins.SystemExit"})
_BASES = frozenset({"__base__", "__bases__", "__mro__", "mro"})


def reaching(module: Module, names: Names) -> Iterator[Finding]:
    """Yield what reaches into the test run, by imported names, by attributes of whatever object, and by strings."""
    for name, node in names.uses:
        top = name.partition(".")[0]
        if top in _FRAMEWORKS:
            # Who has a module may use it anywhere: that is said of the file.
            yield replace(found(module, "TDB201", node, top), scope="")
        elif name in _FRAMES:
            yield found(module, "TDB203", node, name)
        elif name in _ENDINGS:
            yield found(module, "TDB204", node, name)
        elif top in _HOOK_MODULES:
            yield replace(found(module, "TDB205", node, top), scope="")
        elif name in _HOOKS:
            yield found(module, "TDB205", node, name)
    for attribute in module.every(ast.Attribute):
        yield from _attribute(module, attribute, attribute.attr)
    for call in module.every(ast.Call):
        if made := names.dotted(call.func) & _MAKING:
            yield found(module, "TDB205", call, min(made))
        if len(call.args) > 1 and (text := names.text(call.args[1])) and names.is_any(call.func, _GETTING):
            yield from _attribute(module, call, text)
    yield from _exits(module, names)
    yield from _subclasses(module, names)


_GETTING = frozenset({"builtins.getattr", "builtins.hasattr", "builtins.setattr", "builtins.delattr"})


def _attribute(module: Module, node: ast.AST, name: str) -> Iterator[Finding]:
    if name in _FRAME_ATTRIBUTES:
        yield found(module, "TDB203", node, name)
    elif name in _ENDING_ATTRIBUTES:
        yield found(module, "TDB204", node, name)
    elif name in _HOOK_ATTRIBUTES or (name == "__code__" and not _is_only_read(module, node)):
        yield found(module, "TDB205", node, name)


def _is_only_read(module: Module, node: ast.AST) -> bool:
    """Whether of a code object no more is asked than how the function is declared."""
    parent = module.parents.get(node)
    return isinstance(parent, ast.Attribute) and parent.attr in _READABLE


def _exits(module: Module, names: Names) -> Iterator[Finding]:
    """`sys.exit` where a module is imported, outside of what only runs when it is started as a program."""
    for name, node in names.uses:
        if name in _EXITS and isinstance(module.parents.get(node), ast.Call | ast.Raise):
            around = [each for each in module.above(node) if isinstance(each, ast.If | ast.FunctionDef | ast.Lambda)]
            if not any(not isinstance(each, ast.If) or is_main_guard(each) for each in around) and not _is_async(
                module, node
            ):
                yield found(module, "TDB204", node, f"{name.rpartition('.')[2]} at import")


def _is_async(module: Module, node: ast.AST) -> bool:
    return any(isinstance(each, ast.AsyncFunctionDef) for each in module.above(node))


def is_main_guard(node: ast.If) -> bool:
    """Whether this is `if __name__ == "__main__"`."""
    return any(isinstance(each, ast.Name) and each.id == "__name__" for each in ast.walk(node.test))


def _subclasses(module: Module, names: Names) -> Iterator[Finding]:
    """All classes that there are, from the root of them."""
    for node in module.every(ast.Attribute):
        if node.attr == "__subclasses__":
            climbs = any(isinstance(each, ast.Attribute) and each.attr in _BASES for each in ast.walk(node.value))
            if climbs or any(name.startswith("builtins.") for name in names.dotted(node.value)):
                yield found(module, "TDB205", node, "__subclasses__")
