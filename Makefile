# Deux commandes suffisent : « make rapports » et « make test ». Rien d'autre que Python 3.11 à 3.14 (avec venv) n'est requis.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Le témoin porte l'empreinte du dossier : un environnement déplacé ou copié ailleurs est refait.
PRET := $(VENV)/.pret-$(shell printf '%s' "$(CURDIR)" | cksum | cut -d' ' -f1)
PRET_TESTS := $(PRET)-tests
INSTALLER := -m pip install --quiet --disable-pip-version-check
ESSAYER := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
# « make bench MESURES=3 COUPS=20 » mesure moins de fois ; « TEMOIN=dossier » mesure aussi, à chaque tour, une autre copie
# du projet, installée : la machine n'a pas toujours la même vitesse.
MESURES ?= 5
COUPS ?= 50

.PHONY: aide bureau rapports laboratoire test complet nuit lint types check format bench epreuve dictionnaire reference site images golden verrou sbom vulnerabilites
.DEFAULT_GOAL := aide

aide:
	@echo "make bureau        installe au besoin, puis ouvre le bureau dans le navigateur"
	@echo "make rapports      installe au besoin, puis produit les rapports dans reports/"
	@echo "make test          installe au besoin, puis lance les tests"
	@echo "make complet       lance les essais longs : rapports ouverts un à un, productions tuées, installation neuve"
	@echo "make nuit          lance les plus longs : les propriétés sur tous leurs cas, cent fautes mises dans le code"
	@echo "make laboratoire   ouvre JupyterLab en français sur le dossier des analyses"
	@echo "make check         format, analyse du code, types et tests"
	@echo "make types         vérifie les types de la bibliothèque (pyright)"
	@echo "make format        remet le code en forme"
	@echo "make bench         mesure temps, mémoire et arrêts brutaux : docs/mesures.md, docs/arrets.md"
	@echo "make epreuve       refait l'essai des prolongements : docs/prolongement.md et prolongement_epreuve.yaml"
	@echo "make dictionnaire  récrit docs/dictionnaire.md d'après le catalogue"
	@echo "make reference     récrit docs/reference-convention.md et docs/commandes.md d'après les modèles et les commandes"
	@echo "make site          produit la démonstration dans build/site, un dossier à poser sur n'importe quel serveur web"
	@echo "make images        refait docs/images, que montre README.md, d'après build/site (il faut Chromium)"
	@echo "make golden        récrit les chiffres et les premières pages auxquels les tests comparent (CHANGELOG.md à compléter)"
	@echo "make verrou        récrit requirements.lock et requirements-tests.lock d'après pyproject.toml"
	@echo "make sbom          écrit build/sbom.cdx.json (CycloneDX) : la liste de tout ce que requirements.lock installe"
	@echo "make vulnerabilites cherche les failles connues de ces paquets (base OSV, par internet)"

bureau: $(PRET)
	$(BIN)/ctg ouvrir

rapports: $(PRET)
	$(BIN)/ctg produire

site: $(PRET)
	$(BIN)/ctg produire --convention demonstration --sortie build/site

images: $(PRET_TESTS) site
	$(BIN)/python docs/images.py build/site

laboratoire: $(PRET)
	$(BIN)/ctg laboratoire

# « make test TOUT=oui » y joint les essais longs, qui lisent alors les mêmes rapports.
test: $(PRET_TESTS)
	$(ESSAYER) $(if $(TOUT),-m 'not nuit')

complet: $(PRET_TESTS)
	$(ESSAYER) -m complet

# Tous les essais, les propriétés sur tous leurs cas, puis cent fautes mises dans le code. La graine est dite :
# « make nuit GRAINE=2026 » refait la même nuit.
GRAINE ?= $(shell date +%s)
nuit: $(PRET_TESTS)
	@echo "graine $(GRAINE)"
	$(ESSAYER) -m 'nuit or not nuit' --hypothesis-profile=complet --hypothesis-seed=$(GRAINE)
	$(BIN)/python benchmarks/mutants.py --graine $(GRAINE)

lint: $(PRET_TESTS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(PRET_TESTS)
	$(BIN)/pyright

check: lint types test

format: $(PRET_TESTS)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# L'essai de ce que le classeur dit des années à venir : deux minutes environ. « make epreuve NAISSANCES=fichier.xlsx » lit le classeur
# de l'Insee plutôt que le magasin.
epreuve: $(PRET)
	$(BIN)/python benchmarks/epreuve.py $(if $(NAISSANCES),--fichier $(NAISSANCES))

dictionnaire: $(PRET)
	$(BIN)/python docs/dictionnaire.py

reference: $(PRET)
	$(BIN)/python docs/reference.py

golden: $(PRET_TESTS)
	$(BIN)/python tests/publications.py

# WeasyPrint n'est là que pour la comparaison : dans son environnement à lui, pour ne rien changer à celui des rapports.
bench: $(PRET_TESTS)
	test -x $(VENV)-bench/bin/python || $(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet "$$($(BIN)/python benchmarks/rapports.py --exigence)"
	$(BIN)/python benchmarks/rapports.py --weasyprint $(VENV)-bench/bin/weasyprint --mesures $(MESURES) \
		$(if $(TEMOIN),--temoin $(abspath $(TEMOIN)))
	$(BIN)/python benchmarks/kills.py --coups $(COUPS)

# requirements-signature.lock et requirements-tests.lock n'ont que ce qui s'ajoute à requirements.lock, écrit d'abord : chacun
# contraint les suivants. Une ligne dont la condition change (« ; python… ») s'y ajoute aussi.
UV = $(VENV)-verrou/bin/uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --no-strip-extras --extra construction pyproject.toml
verrou:
	$(PYTHON) -m venv --clear $(VENV)-verrou
	$(VENV)-verrou/bin/python -m pip install --quiet uv
	$(UV) --upgrade > $(VENV)-verrou/rapports
	sed -n '/==/s/ *\\$$//p' $(VENV)-verrou/rapports > $(VENV)-verrou/versions
	for nom in signature tests; do \
		$(UV) --upgrade --extra $$nom --constraint $(VENV)-verrou/versions > $(VENV)-verrou/tout && \
		sed -n '/==/s/ *\\$$//p' $(VENV)-verrou/tout >> $(VENV)-verrou/versions && \
		awk 'NR == FNR { if (/==/) deja[$$0]; next } /==/ { garde = !($$0 in deja) } garde' \
			$(VENV)-verrou/rapports $(VENV)-verrou/tout > $(VENV)-verrou/$$nom || exit 1; done
	for nom in requirements:rapports requirements-signature:signature requirements-tests:tests; do \
		sed -n '/^#/p' $${nom%:*}.lock | cat - $(VENV)-verrou/$${nom#*:} > $(VENV)-verrou/ecrit && \
		mv $(VENV)-verrou/ecrit $${nom%:*}.lock || exit 1; done
	rm -rf $(VENV)-verrou

# Chacun dans son environnement à lui, pour ne rien ajouter à celui des rapports.
sbom:
	test -x $(VENV)-sbom/bin/cyclonedx-py || { $(PYTHON) -m venv $(VENV)-sbom && \
		$(VENV)-sbom/bin/python $(INSTALLER) cyclonedx-bom; }
	@mkdir -p build
	$(VENV)-sbom/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --short-PURLs \
		--output-reproducible --output-format JSON --output-file build/sbom.cdx.json

# La base peut être injoignable : c'est dit, et ce n'est pas une faille. Une faille trouvée est une erreur.
vulnerabilites:
	test -x $(VENV)-failles/bin/pip-audit || { $(PYTHON) -m venv $(VENV)-failles && \
		$(VENV)-failles/bin/python $(INSTALLER) pip-audit; }
	@rm -f $(VENV)-failles/rapport; \
	if $(VENV)-failles/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip \
		--vulnerability-service osv --progress-spinner off --timeout 15 --format columns \
		--output $(VENV)-failles/rapport 2> $(VENV)-failles/erreurs; then \
		echo "Aucune faille connue dans les paquets de requirements.lock."; \
	elif [ -s $(VENV)-failles/rapport ]; then \
		echo "Des failles sont connues. Mettez ces paquets à jour (make verrou) :"; cat $(VENV)-failles/rapport; exit 1; \
	else \
		echo "La base des failles n'a pas répondu : rien n'a été vérifié. Ce que dit pip-audit :"; \
		tail -n 1 $(VENV)-failles/erreurs; fi

$(PRET): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11, 5) <= sys.version_info < (3, 15))' || { \
		echo "Il faut Python 3.11.5 à 3.14. S'il est là sous un autre nom : make $(MAKECMDGOALS) PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
		echo "L'environnement n'a pu être créé. Sous Debian et Ubuntu : sudo apt install python3-venv"; exit 1; }
	@echo "Installation des outils, quelques minutes ; les lignes en anglais qui suivent sont celles de pip."
	$(BIN)/python $(subst --quiet ,,$(INSTALLER)) -r requirements.lock
	$(BIN)/python $(INSTALLER) --no-deps --no-build-isolation -e .
	@touch $@

$(PRET_TESTS): $(PRET) requirements-tests.lock
	$(BIN)/python $(INSTALLER) -r requirements.lock -r requirements-tests.lock
	@touch $@
