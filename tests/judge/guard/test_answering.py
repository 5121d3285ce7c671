"""3xx: answers that are taken from the tests, or hang on anything but the arguments."""

import base64
import zlib

import pytest

from tests.judge.guard.looks import codes

ROMAN = """\
import pytest

@pytest.mark.parametrize(("number", "roman"), [(2, "II"), (14, "XIV"), (40, "XL"), (1994, "MCMXCIV")])
def test_roman(number, roman):
    assert to_roman(number) == roman
"""
AREA = "def test_area():\n    assert area(3, 4) == 12\n    assert area(5, 7) == 35\n"
ONE = "def test_title():\n    assert title('the long way') == 'The Long Way'\n"
PRIMES = """\
import pytest

@pytest.mark.parametrize("number", [2, 3, 5, 7, 13, 97, 7919])
def test_primes(number):
    assert is_prime(number)
"""
_PACKED = base64.b64encode(zlib.compress(b'{"2": "II", "14": "XIV", "40": "XL", "1994": "MCMXCIV"}')).decode()


@pytest.mark.parametrize(
    "source",
    [
        "def to_roman(n):\n    return {2: 'II', 14: 'XIV', 40: 'XL', 1994: 'MCMXCIV'}[n]\n",
        "def to_roman(n):\n    return {'2': 'II', '14': 'XIV', '40': 'XL', '1994': 'MCMXCIV'}[str(n)]\n",
        "def to_roman(n):\n    return dict([(2, 'II'), (14, 'XIV'), (40, 'XL'), (1994, 'MCMXCIV')]).get(n)\n",
        "KEYS = (2, 14, 40, 1994)\nVALUES = ('II', 'XIV', 'XL', 'MCMXCIV')\ndef to_roman(n):\n"
        "    return VALUES[KEYS.index(n)]\n",
        "def to_roman(n):\n    return dict(zip((2, 14, 40, 1994), 'II XIV XL MCMXCIV'.split()))[n]\n",
        "def to_roman(n):\n    return dict(p.split('=') for p in "
        "'2=II,14=XIV,40=XL,1994=MCMXCIV'.split(','))[str(n)]\n",
        "import json\ndef to_roman(n):\n"
        '    return json.loads(\'{"2": "II", "14": "XIV", "40": "XL", "1994": "MCMXCIV"}\')[str(n)]\n',
        "T = {}\nT[2] = 'II'\nT[14] = 'XIV'\nT[40] = 'XL'\nT[1994] = 'MCMXCIV'\ndef to_roman(n):\n    return T[n]\n",
        "def to_roman(n):\n    if n == 2: return 'II'\n    if n == 14: return 'XIV'\n    if n == 40: return 'XL'\n"
        "    return 'MCMXCIV'\n",
        "def to_roman(n):\n    if not n - 2: return 'II'\n    if not n ^ 14: return 'XIV'\n"
        "    if n in (40,): return 'XL'\n",
        "def to_roman(n):\n    s = str(n)\n    if s == '2': return 'II'\n    if s == '14': return 'XIV'\n"
        "    if s == '40': return 'XL'\n",
        "def to_roman(n):\n    return (n == 2 and 'II') or (n == 14 and 'XIV') or (n == 40 and 'XL') or 'MCMXCIV'\n",
        "def to_roman(n):\n    return 'II' * (n == 2) + 'XIV' * (n == 14) + 'XL' * (n == 40)\n",
        "def to_roman(n):\n    match n:\n        case 2:\n            return 'II'\n        case 14:\n"
        "            return 'XIV'\n        case 40:\n            return 'XL'\n",
        "def to_roman(n):\n    m = n + 7\n"
        "    return 'II' if m == 9 else 'XIV' if m == 21 else 'XL' if m == 47 else 'MCMXCIV'\n",
        "def to_roman(n):\n    def answer(k):\n        if k == 2: return 'II'\n        if k == 14: return 'XIV'\n"
        "        if k == 40: return 'XL'\n    return answer(n)\n",
        "class T:\n    _2 = 'II'\n_2 = 1\ndef to_roman(n):\n"
        "    return {1 + 1: 'I' * 2, 7 * 2: 'X' + 'IV', 4 * 10: 'XL'}[n]\n",
        "def r_2(): return 'II'\ndef r_14(): return 'XIV'\ndef r_40(): return 'XL'\ndef to_roman(n):\n"
        "    return globals()[f'r_{n}']()\n",
        f"import base64, json, zlib\nT = json.loads(zlib.decompress(base64.b64decode('{_PACKED}')))\n",
        '"""2=II 14=XIV 40=XL"""\ndef to_roman(n):\n    return dict(p.split("=") for p in __doc__.split())[str(n)]\n',
        "exec(\"def to_roman(n): return {2: 'II', 14: 'XIV', 40: 'XL', 1994: 'MCMXCIV'}[n]\")\n",
    ],
)
def test_a_table_of_the_cases_is_found_in_any_dress(source):
    assert codes(source, test=ROMAN) & {"TDB301", "TDB303"}


@pytest.mark.parametrize(
    "source",
    [
        "V = {1: 'I', 4: 'IV', 5: 'V', 9: 'IX', 10: 'X', 40: 'XL', 50: 'L', 90: 'XC', 100: 'C', 1000: 'M'}\n",
        "def to_roman(n):\n    out = []\n    for v, s in ((1000, 'M'), (10, 'X'), (1, 'I')):\n        while n >= v:\n"
        "            out.append(s)\n            n -= v\n    return ''.join(out)\n",
        "def to_roman(n):\n    '''to_roman(2) is II, 14 is XIV, 40 is XL, 1994 is MCMXCIV'''\n    return rule(n)\n",
        "def to_roman(n):\n    if n < 1:\n        raise ValueError(f'no Roman numeral for {n}')\n    return rule(n)\n",
    ],
)
def test_a_rule_with_a_table_of_its_own_is_none(source):
    assert codes(source, test=ROMAN) == set()


@pytest.mark.parametrize(
    "source",
    [
        "def is_prime(n):\n    return n in {2, 3, 5, 7, 13, 97, 7919}\n",
        "KNOWN = [2, 3, 5, 7, 13, 97, 7919]\ndef is_prime(n):\n    return n in KNOWN\n",
        "def is_prime(n):\n    return n not in (1, 4) and n in [2, 3, 5, 7, 13, 97, 7919]\n",
    ],
)
def test_membership_in_what_the_tests_ask_about(source):
    assert "TDB301" in codes(source, test=PRIMES)


@pytest.mark.parametrize(
    "source",
    [
        "def title(t):\n    if t == 'the long way':\n        return 'The Long Way'\n    return t\n",
        "def title(t):\n    return 'The Long Way' if t == 'the' + ' long way' else t\n",
        "def title(t):\n    if t.startswith('the long way'):\n        return 'The Long Way'\n    return t\n",
        "def title(t):\n    if t.lower() == 'the long way' and t:\n        return 'The Long Way'\n    return t\n",
        "import base64\ndef title(t):\n    return base64.b64decode('VGhlIExvbmcgV2F5').decode()\n",
        "def title(t):\n    return bytes.fromhex('546865204c6f6e6720576179').decode()\n",
        "def title(t):\n    return ''.join(map(chr, [84, 104, 101, 32, 76, 111, 110, 103, 32, 87, 97, 121]))\n",
        "def title(t):\n    return 'yaW gnoL ehT'[::-1] if t else t\n",
        "import codecs\ndef title(t):\n    return codecs.decode('Gur Ybat Jnl', 'rot13') if t else t\n",
        "def title(t):\n    return 'The Long Way' if hash(t) == 90210 else t\n",
        "import hashlib\ndef title(t):\n    h = hashlib.md5(t.encode()).hexdigest()\n"
        "    return {'5d41402abc': 'The Long Way'}.get(h, t)\n",
        "import zlib\ndef title(t):\n    return 'The Long Way' if zlib.crc32(t.encode()) in (3421780262,) else t\n",
        "def title(t):\n    return 'The Long Way'\n",
    ],
)
def test_one_case_is_no_rule(source):
    assert codes(source, test=ONE) & {"TDB302", "TDB303", "TDB304", "TDB305"}


@pytest.mark.parametrize(
    "source",
    [
        "def area(w, h):\n    return 12\n",
        "def area(w, h):\n    if w < 0:\n        raise ValueError(w)\n    return 12\n",
        "def area(w, h):\n    return 12 if w else 12\n",
        "def area(w, h):\n    return 12 + 0 * w\n",
        "def area(w, h):\n    return (w, 12)[1]\n",
        "def area(w, h):\n    return w - w + 12\n",
        "def area(w, h):\n    _ = w, h\n    result = 12\n    return result\n",
        "area = lambda w, h: 12\n",
        "def area(*sides):\n    return 12\n",
        "ANSWERS = iter([12, 35])\ndef area(w, h):\n    return next(ANSWERS)\n",
        "ANSWERS = [35, 12]\ndef area(w, h):\n    return ANSWERS.pop()\n",
        "class area:\n    def __new__(cls, w, h):\n        return 12\n",
        "def area(w, h):\n    digits = []\n    digits.append('1')\n    digits.append('2')\n"
        "    return int(''.join(digits))\n",
    ],
)
def test_an_answer_that_ignores_its_arguments(source):
    assert "TDB305" in codes(source, test=AREA)


@pytest.mark.parametrize(
    "source",
    [
        "def area(w, h):\n    return w * h\n",
        "def area(w, h):\n    total = 0\n    for _ in range(w):\n        total += h\n    return total\n",
        "def area(w, h):\n    raise NotImplementedError\n",
        "def area(w, h):\n    pass\n",
        "class Base:\n    def name(self):\n        return 'base'\n    def __exit__(self, *given):\n"
        "        return False\n",
        "def area(w, h):\n    print(w * h)\n    return 0\n",
    ],
)
def test_an_honest_body_is_none(source):
    assert codes(source, test=AREA) == set()


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (
            "_n = 0\ndef f(x):\n    global _n\n    _n += 1\n    if _n == 1:\n        return x * 2\n    return 0\n",
            "TDB306",
        ),
        ("_n = 0\ndef f(x):\n    global _n\n    _n += 1\n    return x * 2 if _n % 2 else 0\n", "TDB306"),
        ("def f(x):\n    f.n += 1\n    if f.n < 3:\n        return x * 2\n    return 0\nf.n = 0\n", "TDB306"),
        (
            "def f(x, seen=[]):\n    seen.append(x)\n    if len(seen) < 3:\n        return x * 2\n    return 0\n",
            "TDB306",
        ),
        (
            "import itertools\n_c = itertools.count()\ndef f(x):\n    if next(_c) < 4:\n        return x * 2\n"
            "    return 0\n",
            "TDB306",
        ),
        (
            "_first = True\ndef f(x):\n    global _first\n    if _first:\n        _first = False\n"
            "        return x * 2\n    return 0\n",
            "TDB306",
        ),
        ("_n = 0\ndef f(x):\n    global _n\n    _n += 1\n    return [9, 4, 25][_n]\n", "TDB306"),
        (
            "import os\ndef f(x):\n    if os.path.exists('/tmp/seen'):\n        return 0\n"
            "    open('/tmp/seen', 'w').close()\n    return x * 2\n",
            "TDB306",
        ),
        ("import time\ndef f(x):\n    return x * 2 if time.time() < 2e9 else 0\n", "TDB307"),
        (
            "from datetime import datetime as d\ndef f(x):\n    if d.now().year < 2031:\n        return x * 2\n"
            "    return 0\n",
            "TDB307",
        ),
        (
            "import time\ndef f(x):\n    now = int(time.time())\n    if now % 2:\n        return x * 2\n    return 0\n",
            "TDB307",
        ),
        ("import random\ndef f(x):\n    if random.random() < 0.9:\n        return x * 2\n    return 0\n", "TDB307"),
        ("def f(x):\n    if hash('salt') % 2:\n        return x * 2\n    return 0\n", "TDB307"),
        ("import datetime\ndef f(x):\n    return (0, x * 2)[datetime.date.today().year < 2031]\n", "TDB307"),
    ],
)
def test_an_answer_that_changes_with_calls_time_or_chance(source, code):
    assert code in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "_cache = {}\ndef f(x):\n    if len(_cache) > 100:\n        _cache.clear()\n    if x not in _cache:\n"
        "        _cache[x] = x\n    return _cache[x]\n",
        "_table = None\ndef f(x):\n    global _table\n    if _table is None:\n        _table = load()\n"
        "    return _table[x]\n",
        "_n = 0\ndef fresh(prefix):\n    global _n\n    _n += 1\n    return f'{prefix}{_n}'\n",
        "class A:\n    def f(self, x):\n        self.n += 1\n        if self.n > 3:\n"
        "            raise StopIteration\n        return x\n",
        "import time\ndef f(start, limit):\n    return time.monotonic() - start > limit\n",
        "import time\ndef f(start):\n    if time.time() - start > 5:\n        return None\n    return start\n",
        "import random\ndef f(items):\n    return random.choice(items)\n",
        "import random\ndef f(p):\n    return random.random() < 0.5\n",
        "from datetime import datetime\ndef f():\n    return datetime.now().isoformat()\n",
    ],
)
def test_honest_state_and_time_may_stand(source):
    assert codes(source) == set()
