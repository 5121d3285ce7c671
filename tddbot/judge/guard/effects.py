"""What a patch does to the world that the old code did not: warnings, and objections where that is asked for."""

import ast
from collections.abc import Iterator

from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Module
from tddbot.judge.guard.names import Names

_NETWORK = frozenset({
    "socket", "socketserver", "ssl", "urllib.request", "urllib3", "http.client", "http.server", "requests", "httpx",
    "aiohttp", "ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "xmlrpc", "websockets", "websocket", "paramiko",
    "asyncio.open_connection", "asyncio.start_server", "asyncio.open_unix_connection", "boto3", "grpc", "pycurl",
})  # fmt: skip
_PROCESSES = frozenset({
    "subprocess", "os.system", "os.popen", "os.spawnl", "os.spawnle", "os.spawnlp", "os.spawnv", "os.spawnve",
    "os.spawnvp", "os.posix_spawn", "os.posix_spawnp", "os.startfile", "pty", "asyncio.create_subprocess_exec",
    "commands", "pexpect", "asyncio.create_subprocess_shell", "multiprocessing.Process",
    "concurrent.futures.ProcessPoolExecutor", "sh", "plumbum",
})  # fmt: skip
_CODE = frozenset({
    "builtins.eval", "builtins.exec", "builtins.compile", "pickle.load", "pickle.loads", "pickle.Unpickler",
    "marshal.load", "marshal.loads", "shelve.open", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads",
    "joblib.load", "yaml.load", "yaml.unsafe_load", "runpy", "code.interact", "code.InteractiveInterpreter",
    "_pickle.loads", "_pickle.load", "jsonpickle.decode", "torch.load", "numpy.load",
})  # fmt: skip
_DELETION = frozenset({
    "os.remove", "os.unlink", "os.rmdir", "os.removedirs", "shutil.rmtree", "os.truncate", "os.ftruncate",
    "shutil.move", "pathlib.Path.unlink", "pathlib.Path.rmdir",
})  # fmt: skip
_DELETING_METHODS = frozenset({"unlink", "rmdir", "rmtree"})
_IMPORTING = frozenset(
    {"builtins.__import__", "importlib.import_module", "importlib.__import__", "pkgutil.resolve_name"}
)
_LOADING = frozenset({
    "importlib.util.spec_from_file_location", "importlib.util.module_from_spec", "importlib.util.spec_from_loader",
    "types.ModuleType", "imp.load_source", "pkgutil.walk_packages", "importlib.metadata.entry_points",
})  # fmt: skip


def effects(module: Module, names: Names) -> Iterator[Finding]:
    """Yield uses of the network, processes, code from data, deletion of files, computed imports and finalizers."""
    for name, node in names.uses:
        if _is_below(name, _NETWORK):
            yield found(module, "TDB501", node, _shown(name, node))
        elif _is_below(name, _PROCESSES):
            yield found(module, "TDB502", node, _shown(name, node))
        elif _is_below(name, _CODE):
            yield found(module, "TDB503", node, name)
        elif name in _LOADING:
            yield found(module, "TDB504", node, name)
        elif name in _DELETION:
            yield found(module, "TDB505", node, name)
        elif name in ("weakref.finalize", "atexit.register"):
            yield found(module, "TDB506", node, name)
    yield from _calls(module, names)


def _is_below(name: str, known: frozenset[str]) -> bool:
    while name:
        if name in known:
            return True
        name = name.rpartition(".")[0]
    return False


def _shown(name: str, node: ast.AST) -> str:
    return name if not isinstance(node, ast.Import | ast.ImportFrom) else f"import {name.partition('.')[0]}"


def _calls(module: Module, names: Names) -> Iterator[Finding]:
    for call in module.every(ast.Call):
        if names.is_any(call.func, _IMPORTING) and (not call.args or names.text(call.args[0]) is None):
            yield found(module, "TDB504", call, ast.unparse(call.func)[:60])
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in _DELETING_METHODS and isinstance(call.func, ast.Attribute) and not names.dotted(call.func):
            yield found(module, "TDB505", call, method)
    for function in module.functions():
        if function.name == "__del__":
            yield found(module, "TDB506", function, "__del__")
