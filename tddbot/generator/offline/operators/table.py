"""Which operators look at which kind of node: the one place to add an operator."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tddbot.generator.offline.operators import arithmetic, bounds, comparison, constants, flow, logic, names
from tddbot.generator.offline.places import Change, Place

Operator = Callable[[Place, Any], Iterator[Change]]

OPERATORS: Mapping[str, tuple[Operator, ...]] = {
    "Assign": (arithmetic.lost_sum,),
    "AugAssign": (arithmetic.augmented,),
    "BinaryOperation": (arithmetic.arithmetic, arithmetic.operand_order, bounds.needless_one),
    "BooleanOperation": (logic.connective, logic.extra_condition, logic.negated_operand),
    "Break": (flow.other_jump,),
    "Call": (names.twin, names.argument_order, bounds.range_bounds),
    "CompIf": (logic.negated_condition,),
    "ComparisonTarget": (comparison.comparison,),
    "Continue": (flow.other_jump,),
    "Float": (constants.fraction,),
    "If": (logic.negated_condition,),
    "IfExp": (logic.negated_condition,),
    "Index": (bounds.index,),
    "Integer": (constants.integer,),
    "MatchCase": (logic.negated_condition,),
    "Name": (constants.truth, names.variable),
    "Return": (arithmetic.lost_sign, logic.negated_value, bounds.lost_one),
    "SimpleStatementLine": (flow.lost_return,),
    "SimpleStatementSuite": (flow.lost_return,),
    "SimpleString": (constants.empty_text,),
    "Slice": (bounds.slice_bounds, bounds.slice_step),
    "UnaryOperation": (arithmetic.sign, constants.negative, logic.double_negation),
    "While": (logic.negated_condition,),
}
