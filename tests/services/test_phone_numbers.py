"""Phone numbers as people type them: E.164, or the cause of the refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.phone_numbers import phone_number
from services.refusals import Invalid


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("+14155550132", "+14155550132"),
        (" +1 (415) 555-0132 ", "+14155550132"),
        ("(+1) 415.555.0132", "+14155550132"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+49 30/1234567", "+49301234567"),
        ("+1\u00a0415\u2013555\u20110132", "+14155550132"),
        ("+33\u202f6\u202f12\u202f34\u202f56\u202f78\n", "+33612345678"),
        ("\u202a+1415\u200b555\u206d0132\u202c", "+14155550132"),
        ("\uff0b\uff11\uff08\uff14\uff11\uff15\uff09\uff15\uff15\uff15\u30fc\uff10\uff11\uff13\uff12", "+14155550132"),
        ("+\u0661\u0664\u0661\u0665 \u0665\u0665\u0665 \u0660\u0661\u0663\u0662", "+14155550132"),
        ("\ufe6214155550132", "+14155550132"),
        ("+39 06 1234 5678", "+390612345678"),
    ],
)
def test_a_phone_number_is_kept_as_e164(typed: str, normal: str) -> None:
    assert phone_number(typed) == normal


COUNTRY = "A phone number needs its country code: begin with + and the code, as in +14155550132."
ONLY = "A phone number has a + and digits only, as in +14155550132; spaces and - . / ( ) may separate them."
EXTENSION = "Leave the extension out; only the number itself is kept."
SEVERAL = "Enter one phone number, not several."
CONTROL = "A phone number may not contain line breaks or control characters."
MANY, FEW = "This phone number has too many digits.", "This phone number has too few digits."
UNKNOWN = "No country has the code with which this phone number begins."


@pytest.mark.parametrize(
    ("typed", "cause"),
    [
        ("", "A phone number may not be blank."),
        (" \u200b", "A phone number may not be blank."),
        ("-", "A phone number may not be blank."),
        ("12", COUNTRY),
        ("(415) 555-0132", COUNTRY),
        ("0301234567", COUNTRY),
        ("0049 30 1234567", "Begin the country code with + instead of 00, as in +14155550132."),
        ("+", ONLY),
        ("call +14155550132", ONLY),
        ("tel:+14155550132", ONLY),
        ("+1 800 FLOWERS", ONLY),
        ("+1415555\u00bd0132", ONLY),
        ("+14155550132 x5", EXTENSION),
        ("+14155550132;ext=5", EXTENSION),
        ("+1 415 555 0132 ext. 123", EXTENSION),
        ("+14155550132#5", EXTENSION),
        ("415 555 0132 Ext 5", EXTENSION),
        ("+14155550132, +14155550133", SEVERAL),
        ("+14155550132/+14155550133", SEVERAL),
        ("+1415\n5550132", CONTROL),
        ("+14155550132\x00", CONTROL),
        ("+1415555\ud8000132", CONTROL),
        ("+1415", FEW),
        ("+1", FEW),
        ("+0123456789", UNKNOWN),
        ("+999123456789", UNKNOWN),
        ("+49123456789012345", MANY),
        ("+8612345678901234567", MANY),
        ("+1415555013299", MANY),
        ("+" + "1" * 100_000, MANY),
    ],
)
def test_a_refusal_names_its_cause(typed: str, cause: str) -> None:
    with pytest.raises(Invalid) as refused:
        phone_number(typed)
    assert refused.value.message == cause


SEPARATORS = st.text(" -./()\u00a0\u202f\u2009\u2010\u2011\u2013\u200b\u200e\u2060\ufeff", max_size=3)
DIGITS = ["0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19", "٠١٢٣٤٥٦٧٨٩"]


@given(
    number=st.sampled_from(["+14155550132", "+33612345678", "+442079460018", "+390612345678"]),
    plus=st.sampled_from("+\uff0b\ufe62"),
    data=st.data(),
)
def test_a_number_means_the_same_however_its_digits_are_written_and_set_apart(
    number: str, plus: str, data: st.DataObject
) -> None:
    digits = data.draw(st.sampled_from(DIGITS))
    typed = plus + "".join(digits[int(digit)] + data.draw(SEPARATORS) for digit in number[1:])
    assert phone_number(typed) == number
