"""What a package set may grow to or by, as people write it, and whether it stays within that."""

from __future__ import annotations

import re
from fractions import Fraction

import msgspec

from optimizer.answer.difference import QUANTITIES, Amount, Difference
from optimizer.problem.nearest import nearest
from optimizer.problem.size import SizeSyntaxError, parse_size

_SIZES = ("installed_size", "download_size")
_TEXT = re.compile(
    r"(?P<quantity>[a-z_]+) ?(?P<relation>=|<=|=<=) ?(?P<sign>[+-]?)(?P<amount>[^+<=>-].*?)(?P<percent> ?%)?"
)


class AllowanceSyntaxError(ValueError):
    """Text that is no allowance: the text, and what was expected instead."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(text, expected)
        self.text, self.expected = text, expected

    def __str__(self) -> str:
        return f"{self.text!r}: expected {self.expected}"


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a quantity there may be (`total`), or how much more than before (`growth`), bound included.

    `amount` is in bytes or counts; with `of_before`, in hundredths of a per cent of what there was before.
    """

    text: str
    quantity: str
    kind: str
    amount: int
    of_before: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an allowance is `kept`, `broken` or, where sizes or origins are not known, `unknown`.

    `least` and `most` bound what there is, a total or a change in bytes or counts; None for without a bound.
    `allowed` is None where a share of what is not known is allowed.
    """

    allowance: str
    quantity: str
    kind: str
    verdict: str
    least: int | None
    most: int | None
    allowed: int | None


def parse_allowance(text: str) -> Allowance:
    """Return what `packages=+3`, `packages=+2%` or `packages<=200` allows; raises AllowanceSyntaxError."""
    match = _TEXT.fullmatch(text.strip())
    growth = match is not None and match["relation"] == "=" and match["sign"] != ""
    if match is None or not (growth or (match["relation"] != "=" and not match["sign"])):
        raise AllowanceSyntaxError(text, "installed_size=+5MiB, installed_size=+2%, packages=+3 or packages<=200")
    quantity = match["quantity"]
    if quantity not in QUANTITIES:
        near = nearest(quantity, QUANTITIES) or QUANTITIES
        raise AllowanceSyntaxError(text, f"a quantity: {' or '.join(near)}")
    sign = -1 if match["sign"] == "-" else 1
    if match["percent"]:
        if not growth or not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", match["amount"]):
            raise AllowanceSyntaxError(text, "a growth in per cent with at most two decimals, as in packages=+2.5%")
        hundredths = int(Fraction(match["amount"]) * 100)
        return Allowance(text=text, quantity=quantity, kind="growth", amount=sign * hundredths, of_before=True)
    amount = sign * _amount(text, quantity, match["amount"])
    return Allowance(text=text, quantity=quantity, kind="growth" if growth else "total", amount=amount)


def judge_allowance(allowance: Allowance, difference: Difference) -> Verdict:
    """Return whether a difference keeps within an allowance; what cannot be shown to keep within it is unknown."""
    amount = difference.amount(allowance.quantity)
    if allowance.kind == "total":
        return _verdict(allowance, *_total(amount), allowance.amount)
    allowed: int | None = allowance.amount
    if allowance.of_before:
        known = amount.before is not None and not amount.unknown_before
        allowed = (amount.before or 0) * allowance.amount // 10000 if known else None
    return _verdict(allowance, amount.least, amount.most, allowed)


def _amount(text: str, quantity: str, spelt: str) -> int:
    if quantity in _SIZES:
        try:
            return parse_size(spelt)
        except SizeSyntaxError as error:
            raise AllowanceSyntaxError(text, error.expected) from error
    if not re.fullmatch(r"[0-9]{1,9}", spelt):
        raise AllowanceSyntaxError(text, f"a whole number of {quantity}")
    return int(spelt)


def _total(amount: Amount) -> tuple[int | None, int | None]:
    """Return the least and the most there can be."""
    return amount.after, None if amount.unknown_after else amount.after


def _verdict(allowance: Allowance, least: int | None, most: int | None, allowed: int | None) -> Verdict:
    if allowed is not None and most is not None and most <= allowed:
        verdict = "kept"
    elif allowed is not None and least is not None and least > allowed:
        verdict = "broken"
    else:
        verdict = "unknown"
    return Verdict(
        allowance=allowance.text,
        quantity=allowance.quantity,
        kind=allowance.kind,
        verdict=verdict,
        least=least,
        most=most,
        allowed=allowed,
    )
