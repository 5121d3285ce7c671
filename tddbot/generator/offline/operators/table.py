"""Which operators look at which kind of node, in two tiers: the one place to add an operator."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tddbot.generator.offline.operators import (
    accumulation,
    arithmetic,
    attributes,
    borrowing,
    bounds,
    calls,
    comparison,
    conditions,
    constants,
    exceptions,
    flow,
    layout,
    literals,
    logic,
    names,
    results,
    subscripts,
)
from tddbot.generator.offline.places import Change, Place

Operator = Callable[[Place, Any], Iterator[Change]]
Table = Mapping[str, tuple[Operator, ...]]

_CONDITION = (logic.negated_condition, conditions.identity)
_ASKED_MORE = (conditions.lost_part, conditions.lost_comparison, conditions.other_condition)
_VALUE = (
    accumulation.other_extreme,
    arithmetic.lost_operand,
    bounds.lost_one_inside,
    borrowing.borrowed,
    calls.lost_call,
    subscripts.lost_part,
)

COMMON: Table = {
    "Assign": (accumulation.lost_sum, accumulation.lost_extreme, logic.negated_kept, subscripts.key_for_value),
    "Attribute": (
        arithmetic.lost_sign,
        attributes.other_attribute,
        attributes.needless_attribute,
        bounds.lost_one,
        calls.lost_brackets,
    ),
    "AugAssign": (arithmetic.augmented,),
    "BinaryOperation": (
        arithmetic.arithmetic,
        arithmetic.operand_order,
        arithmetic.extra_operand,
        bounds.needless_one,
        bounds.lost_one,
    ),
    "BooleanOperation": (logic.connective, logic.extra_condition, logic.negated_operand),
    "Break": (flow.other_jump,),
    "Call": (
        arithmetic.lost_sign,
        names.twin,
        calls.argument_order,
        bounds.range_bounds,
        bounds.lost_one,
        calls.needless_call,
        calls.extra_argument,
        calls.other_function,
        calls.lost_await,
        calls.needless_brackets,
    ),
    "CompIf": _CONDITION,
    "ComparisonTarget": (comparison.comparison,),
    "Continue": (flow.other_jump,),
    "ExceptHandler": (exceptions.other_exception,),
    "Float": (constants.fraction,),
    "If": (*_CONDITION, layout.exclusion, layout.other_keyword),
    "IfExp": (*_CONDITION, logic.one_branch),
    "Index": (bounds.index,),
    "Integer": (constants.integer,),
    "List": (literals.element_order,),
    "MatchCase": (logic.negated_condition,),
    "Name": (
        constants.truth,
        names.variable,
        names.other_name,
        arithmetic.lost_sign,
        attributes.lost_attribute,
        bounds.lost_one,
        calls.lost_brackets,
        calls.lost_own_call,
    ),
    "Param": (literals.shared_default,),
    "Raise": (exceptions.other_exception,),
    "Return": (logic.negated_value,),
    "SimpleStatementLine": (flow.lost_return, layout.too_deep),
    "SimpleStatementSuite": (flow.lost_return,),
    "SimpleString": (constants.empty_text,),
    "Slice": (bounds.slice_bounds, bounds.slice_step, subscripts.other_side),
    "Subscript": (
        arithmetic.lost_sign,
        bounds.lost_one,
        calls.lost_own_call,
        subscripts.needless_part,
        subscripts.index_order,
    ),
    "Tuple": (literals.element_order,),
    "UnaryOperation": (arithmetic.sign, constants.negative, logic.double_negation),
    "While": (*_CONDITION, conditions.endless, layout.other_keyword),
    "Yield": (layout.other_yield,),
}
"""What programmers slip on day by day."""

RARE: Table = {
    "Assign": (literals.first_value, names.other_target),
    "Attribute": _VALUE,
    "AugAssign": (names.other_target,),
    "BinaryOperation": _VALUE,
    "Call": (*_VALUE, bounds.lost_start, calls.argument_place, calls.lost_argument),
    "CompFor": (conditions.filtered,),
    "CompIf": _ASKED_MORE,
    "Float": (literals.number_of_tests, literals.other_number),
    "If": _ASKED_MORE,
    "IfExp": _ASKED_MORE,
    "Integer": (literals.number_of_tests, literals.other_number),
    "List": (literals.collection, literals.extra_element, borrowing.borrowed),
    "Name": (*_VALUE, literals.number_for_name, names.other_module_name),
    "Param": (literals.first_value,),
    "ListComp": (arithmetic.lost_operand, calls.lost_call),
    "Return": (
        conditions.lost_part,
        conditions.lost_comparison,
        literals.first_value,
        results.fixed_result,
        results.empty_result,
        results.lone_result,
    ),
    "Set": (literals.extra_element,),
    "SimpleStatementLine": (layout.too_high,),
    "SimpleString": (literals.text_of_code, literals.text_in_other_case),
    "Slice": (subscripts.bound,),
    "Subscript": _VALUE,
    "Tuple": (literals.collection, literals.extra_element),
    "While": _ASKED_MORE,
}
"""What is worth a look only where nothing common passes; kept apart, it cannot come before it, or tie with it."""
