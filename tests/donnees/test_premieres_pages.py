"""What an élu of Harnes reads first is what was read again; a change of it is a reviewed diff."""

from __future__ import annotations

from pathlib import Path

import pytest
from premieres_pages import ecart, ecrites


def test_les_premieres_pages_sont_celles_qui_ont_ete_relues() -> None:
    assert not (dit := ecart("harnes")), dit


def test_une_phrase_qui_change_est_dite_avec_ce_qu_il_faut_faire(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ecrit = f"{ecrites('harnes')}- Une phrase de trop.\n"
    (tmp_path / "harnes.txt").write_text(ecrit, encoding="utf-8")
    monkeypatch.setattr("premieres_pages.TEMOINS", tmp_path)

    dit = ecart("harnes")

    assert dit.startswith("les premières pages ne sont plus celles de")
    assert "-- Une phrase de trop." in dit and "make golden" in dit
