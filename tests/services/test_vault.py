"""Secrets under the server's keys, several at once."""

import pytest

from services.vault import Vault

OLD, NEW = "the old key of at least 32 characters", "the new key of at least 32 characters"


def test_what_is_sealed_shows_nothing_and_is_never_the_same_twice() -> None:
    vault = Vault([OLD])
    sealed = {vault.seal("JBSWY3DPEHPK3PXP") for _ in range(10)}
    assert len(sealed) == 10
    assert not any("JBSWY3DPEHPK3PXP" in text for text in sealed)
    assert {vault.open(text) for text in sealed} == {"JBSWY3DPEHPK3PXP"}


def test_the_first_key_seals_and_every_key_opens() -> None:
    sealed = Vault([OLD]).seal("secret")
    both = Vault([NEW, OLD])
    assert both.open(sealed) == "secret"
    assert Vault([NEW]).open(both.reseal(sealed)) == "secret"
    with pytest.raises(ValueError, match="does not have"):
        Vault([NEW]).open(sealed)


def test_what_was_tampered_with_is_not_opened() -> None:
    sealed = Vault([OLD]).seal("secret")
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    with pytest.raises(ValueError, match="does not have"):
        Vault([OLD]).open(changed)


def test_there_is_no_vault_without_a_key() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        Vault([])
