"""Writes a random language model of 0.3 MB as GGUF: `python tiny_model.py FILE`. Runs in the server's own Python.

Its answers are noise, but text: a llama with one layer whose tokens are printable characters and pairs of them. Bytes
are only read, since half a character keeps llama-cpp-python (0.3.36) decoding for minutes.
"""

import sys
from pathlib import Path

import gguf
import numpy

_CONTEXT, _WIDTH, _HEADS, _INNER = 65_536, 64, 2, 64
_UNKNOWN, _BEGIN, _END = range(3)
_SPECIAL = ["<unk>", "<s>", "</s>"]
_BYTES = [f"<0x{number:02X}>" for number in range(256)]
_PAIRS = (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro"
)
_BLANK = "▁"
_TEXT = [chr(number) for number in range(ord("!"), 127)] + [_BLANK, _BLANK * 2, _BLANK * 4, *_PAIRS.split()]
_TOKENS = [*_SPECIAL, *_BYTES, *_TEXT]
_FIRST_TEXT = len(_SPECIAL) + len(_BYTES)


def main(file: Path) -> None:
    """Write the model, the same one every time."""
    writer = gguf.GGUFWriter(str(file), "llama")
    _describe(writer)
    for name, tensor in _tensors(numpy.random.default_rng(1)).items():
        writer.add_tensor(name, tensor.astype(numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter) -> None:
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(_TOKENS))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([token.encode() for token in _TOKENS])
    writer.add_token_scores([-float(number) for number in range(len(_TOKENS))])
    kinds = gguf.TokenType
    special, text = [kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL], [kinds.NORMAL] * len(_TEXT)
    writer.add_token_types([*special, *[kinds.BYTE] * len(_BYTES), *text])
    writer.add_unk_token_id(_UNKNOWN)
    writer.add_bos_token_id(_BEGIN)
    writer.add_eos_token_id(_END)


def _tensors(random: numpy.random.Generator) -> dict[str, numpy.ndarray]:
    output = random.normal(0, 0.05, (len(_TOKENS), _WIDTH))
    output[:_FIRST_TEXT] = 0
    # The end comes after a hundred tokens or so.
    output[_END] = random.normal(0, 0.1, _WIDTH)
    tensors = {
        "token_embd.weight": random.normal(0, 0.02, (len(_TOKENS), _WIDTH)),
        "output.weight": output,
        "output_norm.weight": numpy.ones(_WIDTH),
        "blk.0.attn_norm.weight": numpy.ones(_WIDTH),
        "blk.0.ffn_norm.weight": numpy.ones(_WIDTH),
    }
    for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
        tensors[f"blk.0.{part}.weight"] = random.normal(0, 0.02, (_WIDTH, _WIDTH))
    for part, shape in (("gate", (_INNER, _WIDTH)), ("up", (_INNER, _WIDTH)), ("down", (_WIDTH, _INNER))):
        tensors[f"blk.0.ffn_{part}.weight"] = random.normal(0, 0.02, shape)
    return tensors


if __name__ == "__main__":
    main(Path(sys.argv[1]))
