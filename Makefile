# Deux commandes suffisent : « make rapports » et « make test ». Rien d'autre que Python 3.11 (avec venv) n'est requis.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Le témoin porte l'empreinte du dossier : un environnement déplacé ou copié ailleurs est refait.
PRET := $(VENV)/.pret-$(shell printf '%s' "$(CURDIR)" | cksum | cut -d' ' -f1)

.PHONY: aide rapports laboratoire test complet lint check format bench dictionnaire golden verrou
.DEFAULT_GOAL := aide

aide:
	@echo "make rapports      installe au besoin, puis produit les rapports dans reports/"
	@echo "make test          installe au besoin, puis lance les tests"
	@echo "make complet       lance les essais longs : installation neuve, tous les rapports refaits autrement"
	@echo "make laboratoire   ouvre JupyterLab sur le dossier des analyses"
	@echo "make check         format, analyse du code et tests"
	@echo "make format        remet le code en forme"
	@echo "make bench         mesure temps, mémoire et arrêts brutaux : docs/mesures.md, docs/arrets.md"
	@echo "make dictionnaire  récrit docs/dictionnaire.md d'après le catalogue"
	@echo "make golden        récrit les chiffres publiés auxquels les tests comparent (CHANGELOG.md à compléter)"
	@echo "make verrou        récrit requirements.lock d'après pyproject.toml"

rapports: $(PRET)
	$(BIN)/ctg produire

laboratoire: $(PRET)
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/analyses

test: $(PRET)
	$(BIN)/python -m pytest

complet: $(PRET)
	$(BIN)/python -m pytest -m complet --hypothesis-profile=complet

lint: $(PRET)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

check: lint test

format: $(PRET)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

dictionnaire: $(PRET)
	$(BIN)/python docs/dictionnaire.py

golden: $(PRET)
	$(BIN)/python tests/publications.py

# WeasyPrint n'est là que pour la comparaison : dans son environnement à lui, pour ne rien changer à celui des rapports.
bench: $(PRET)
	test -x $(VENV)-bench/bin/python || $(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet "$$($(BIN)/python benchmarks/rapports.py --exigence)"
	$(BIN)/python benchmarks/rapports.py --weasyprint $(VENV)-bench/bin/weasyprint
	$(BIN)/python benchmarks/kills.py

verrou:
	$(PYTHON) -m venv --clear $(VENV)-verrou
	$(VENV)-verrou/bin/python -m pip install --quiet uv
	sed -n '/^#/p' requirements.lock > $(VENV)-verrou/verrou
	$(VENV)-verrou/bin/uv pip compile --quiet --universal --upgrade --python-version 3.11 --extra tests \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml >> $(VENV)-verrou/verrou
	mv $(VENV)-verrou/verrou requirements.lock
	rm -rf $(VENV)-verrou

$(PRET): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Il faut Python 3.11 ou plus récent. S'il est là sous un autre nom : make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
		echo "L'environnement n'a pu être créé. Sous Debian et Ubuntu : sudo apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@
