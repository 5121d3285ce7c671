from tddbot.ports import Memory
from tddbot.store.sqlite_store import SqliteStore

SERVER = "http://127.0.0.1:8080/v1"


def test_what_is_learned_is_known_by_server_and_model(store, state):
    memory: Memory = store.memory()
    assert memory.facts(SERVER, "small") == {}
    memory.learn(SERVER, "small", {"api": "chat", "effort": False, "n": [1, None, "\udcff"]})
    memory.learn(SERVER, "small", {"api": "responses", "role": "system"})
    memory.learn(SERVER, "small", {})
    memory.learn("", "odd \udcff", {"": {"a": 1.5}})
    known = {"api": "responses", "effort": False, "n": [1, None, "\udcff"], "role": "system"}
    with SqliteStore.open(state) as again:
        assert again.memory().facts(SERVER, "small") == known
        assert again.memory().facts("", "odd \udcff") == {"": {"a": 1.5}}
        assert again.memory().facts(SERVER, "large") == again.memory().facts("http://other/v1", "small") == {}


def test_damaged_facts_are_forgotten_and_the_others_hold(store):
    memory = store.memory()
    memory.learn(SERVER, "small", {"good": 1, "bad": 2, "worse": 3, "deep": 4})
    with store._database.writing() as connection:
        for name, value in (("bad", "{"), ("worse", b"\xff"), ("deep", "[" * 100_000)):
            connection.execute("UPDATE facts SET value = ? WHERE name = ?", (value, name))
    assert memory.facts(SERVER, "small") == {"good": 1}
    memory.learn(SERVER, "small", {"bad": 5})
    assert memory.facts(SERVER, "small") == {"good": 1, "bad": 5}


def test_no_password_in_an_address_is_kept(store, state):
    memory = store.memory()
    word = "pass" + "word"
    memory.learn(f"https://me:{word}@host/v1?key={word}", "small", {"api": "chat"})
    assert memory.facts("https://host/v1", "small") == {"api": "chat"}
    assert memory.facts(f"https://me:{word}@host/v1?key={word}", "small") == {"api": "chat"}
    store.close()
    assert all(word.encode() not in path.read_bytes() for path in state.iterdir())
