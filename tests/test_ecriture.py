"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctglib.donnees.ecriture import EcritureImpossible, ecrire


def test_tous_les_fichiers_sont_ecrits_et_rien_ne_traine(tmp_path: Path) -> None:
    ecrire({tmp_path / "a" / "un.html": b"1", tmp_path / "deux.pdf": b"2"})

    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["deux.pdf", "un.html"]


def test_un_dossier_qui_est_un_fichier_donne_un_message_et_ne_perd_rien(tmp_path: Path) -> None:
    (tmp_path / "ancien.html").write_bytes(b"ancien")
    (tmp_path / "obstacle").write_bytes(b"")

    with pytest.raises(EcritureImpossible, match=r"Impossible d'écrire .*obstacle"):
        ecrire({tmp_path / "ancien.html": b"nouveau", tmp_path / "obstacle" / "x.pdf": b"2"})

    assert (tmp_path / "ancien.html").read_bytes() == b"ancien"
    assert not list(tmp_path.glob(".ctg-*"))


def test_un_disque_plein_donne_un_message_et_ne_perd_rien(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ancien.html").write_bytes(b"ancien")

    def plein(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", plein)

    with pytest.raises(EcritureImpossible, match="disque n'est pas plein"):
        ecrire({tmp_path / "ancien.html": b"nouveau"})

    assert [p.name for p in tmp_path.iterdir()] == ["ancien.html"]
    assert (tmp_path / "ancien.html").read_bytes() == b"ancien"
