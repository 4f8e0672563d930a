@echo off
rem Prepare l'environnement au besoin, produit les rapports et ouvre le portail. Double-cliquer suffit.
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
title Rapports de la convention territoriale globale
pushd "%~dp0" || goto echec
set "PYTHONUTF8=1"
set "CTG_PYTHON=.venv\Scripts\python.exe"

set "CTG_BASE="
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "CTG_BASE=py -3"
if not defined CTG_BASE python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "CTG_BASE=python"
if not defined CTG_BASE goto sans_python

rem The environment is remade when the lock or the package's description changed, or when the folder was moved.
if not exist "%CTG_PYTHON%" goto installer
fc /b requirements.lock .venv\requirements.lock >nul 2>nul || goto installer
fc /b pyproject.toml .venv\pyproject.toml >nul 2>nul || goto installer
"%CTG_PYTHON%" -I -c "import os, sys, ctglib.donnees as d; sys.exit(not os.path.samefile(os.path.join(os.path.dirname(d.__file__), '..', '..'), '.'))" >nul 2>nul || goto installer
goto produire

:installer
echo Installation des outils : quelques minutes la première fois, une connexion à internet est nécessaire.
%CTG_BASE% -m venv --clear .venv || goto echec_installation
"%CTG_PYTHON%" -m pip install --quiet --disable-pip-version-check -r requirements.lock || goto echec_installation
"%CTG_PYTHON%" -m pip install --quiet --disable-pip-version-check --no-deps -e . || goto echec_installation
copy /y pyproject.toml .venv\pyproject.toml >nul || goto echec_installation
copy /y requirements.lock .venv\requirements.lock >nul || goto echec_installation

:produire
.venv\Scripts\ctg.exe produire
set "CTG_CODE=%errorlevel%"
if exist reports\index.html start "" "reports\index.html"
if not "%CTG_CODE%"=="0" goto echec_rapports
popd
exit /b 0

:sans_python
echo.
echo Python 3.11 ou plus récent est introuvable sur ce poste.
echo Il s'installe sans droits d'administrateur, de l'une de ces façons :
echo   - le Microsoft Store : chercher « Python 3.13 » ;
echo   - le site officiel : https://www.python.org/downloads/windows/ (laisser cochée la case « py launcher »).
echo Sur un poste géré par la commune, demander « Python 3.11 ou plus récent » au service informatique.
echo Ensuite, double-cliquer de nouveau sur rapports.cmd.
goto echec

:echec_installation
echo.
echo L'installation n'a pas abouti. À vérifier, dans l'ordre :
echo   - la connexion à internet, et le serveur mandataire (proxy) du réseau ;
echo   - JupyterLab ou un rapport en cours : les fermer, puis recommencer ;
echo   - la longueur du chemin : placer le dossier plus près de la racine, par exemple C:\CTG.
goto echec

:echec_rapports
echo.
echo Tous les rapports n'ont pas été produits : le tableau ci-dessus et le portail disent lesquels et pourquoi.
goto echec

:echec
echo.
pause
popd
exit /b 1
