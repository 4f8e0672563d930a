@echo off
rem Prepare l'environnement au besoin, puis ouvre le bureau. Double-cliquer suffit. Avec un mot (rapports.cmd produire),
rem produit les rapports et ouvre le portail.
rem ASCII only: cmd.exe loses its place in a batch file that holds other characters. Messages are in docs\windows.
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
title Rapports de la convention territoriale globale
pushd "%~dp0" || goto echec
set "PYTHONUTF8=1"
set "CTG_PYTHON=.venv\Scripts\python.exe"

rem Inside a zip, the Explorer opens this file alone: neither the lock nor the messages are beside it.
if not exist requirements.lock goto dans_le_zip

rem The newest Python may be too new for the packages that the lock names.
set "CTG_BASE="
set "CTG_PERMIS=import sys; sys.exit(not (3, 11, 5) <= sys.version_info < (3, 15))"
for %%v in (3.13 3.12 3.14 3.11) do if not defined CTG_BASE py -%%v -c "%CTG_PERMIS%" >nul 2>nul && set "CTG_BASE=py -%%v"
if not defined CTG_BASE python -c "%CTG_PERMIS%" >nul 2>nul && set "CTG_BASE=python"
if not defined CTG_BASE goto sans_python

rem The environment is remade when the lock or the package's description changed, or when the folder was moved.
if not exist "%CTG_PYTHON%" goto installer
fc /b requirements.lock .venv\requirements.lock >nul 2>nul || goto installer
fc /b pyproject.toml .venv\pyproject.toml >nul 2>nul || goto installer
"%CTG_PYTHON%" -I -c "import os, sys, ctglib.donnees as d; sys.exit(not os.path.samefile(os.path.join(os.path.dirname(d.__file__), '..', '..'), '.'))" >nul 2>nul || goto installer
goto ouvrir

:installer
type docs\windows\installation.txt
%CTG_BASE% --version
%CTG_BASE% -m venv --clear .venv || goto echec_installation
"%CTG_PYTHON%" -m pip install --disable-pip-version-check -r requirements.lock || goto echec_installation
"%CTG_PYTHON%" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . || goto echec_installation
copy /y pyproject.toml .venv\pyproject.toml >nul || goto echec_installation
copy /y requirements.lock .venv\requirements.lock >nul || goto echec_installation

:ouvrir
if not "%~1"=="" goto produire
"%CTG_PYTHON%" -m ctglib ouvrir
if errorlevel 1 goto echec
popd
exit /b 0

:produire
rem Not ctg.exe: where only signed programs may run, Python does and it does not.
"%CTG_PYTHON%" -m ctglib produire
set "CTG_CODE=%errorlevel%"
if exist reports\index.html start "" "reports\index.html"
if not "%CTG_CODE%"=="0" goto echec_rapports
popd
exit /b 0

:dans_le_zip
echo.
echo Le classeur est encore dans son archive (.zip) : rien ne peut y travailler.
echo Fermer cette fenetre, clic droit sur l'archive, "Extraire tout...", puis double-cliquer sur
echo rapports.cmd dans le dossier extrait.
goto echec

:sans_python
type docs\windows\sans-python.txt
goto echec

:echec_installation
type docs\windows\echec-installation.txt
goto echec

:echec_rapports
type docs\windows\echec-rapports.txt
goto echec

:echec
echo.
pause
popd
exit /b 1
