"""The server of the desk: Jupyter's, with nothing of it but its token, its checks and its loop.

It listens to this computer alone, on a port of its own; its root folder is empty, none of its
services is there, and the settings of the user's other Jupyter servers are not read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.contents.filemanager import FileContentsManager
from traitlets.config import Config

from ctglib.bureau.pages import Bureau
from ctglib.donnees.provisoires import dossier_provisoire, isoler_les_temporaires

PORT = 8765
OCTETS_LUS = 64 * 1024**2  # of a request, past which it is cut; above 20 MB a page says why
DERNIERE_PAGE = 2.0  # seconds for the browser to fetch what the last page is drawn with
GABARITS = Path(__file__).parent / "gabarits"


class SansFichiers(FileContentsManager):
    """The contents manager that Jupyter wants: it has no handler, so no file is served."""

    def get_extra_handlers(self) -> list[Any]:
        """Return no handler."""
        return []


class Identite(IdentityProvider):
    """The token alone: no form to type it, no password."""

    def get_handlers(self) -> list[tuple[str, object]]:
        """Return no handler: ``/login`` is a page of the desk."""
        return []


class Serveur(ServerApp):
    """Jupyter Server without its services."""

    name = "ctg-bureau"
    default_services = ()
    aliases: ClassVar[dict[str, str]] = {}
    flags: ClassVar[dict[str, Any]] = {}

    def load_config_file(self, suppress_errors: bool = True) -> None:
        """Read no file: what a user's other servers may be told is not for this one."""


def ouvrir(
    sortie: Path,
    carnets: Path,
    *,
    port: int,
    navigateur: bool,
    annoncer: Callable[[str], None],
) -> None:
    """Serve the desk until it is left, by its button or by Ctrl+C.

    Args:
        sortie: The folder of the reports.
        carnets: That of the notebooks.
        port: Where to listen; the next free one when it is taken.
        navigateur: Whether to open the browser.
        annoncer: Is told the address, with its token.
    """
    token = secrets.token_urlsafe(32)
    with dossier_provisoire() as vide, isoler_les_temporaires(vide):
        bureau = Bureau(sortie.absolute(), carnets.absolute(), vide / "depots")
        serveur = Serveur(config=_reglages(vide, token, port, navigateur))
        serveur.initialize(argv=[], find_extensions=False)
        serveur.web_app.settings["bureau"] = bureau
        bureau.quitter = lambda: serveur.io_loop.call_later(DERNIERE_PAGE, serveur.stop)
        serveur.io_loop.add_callback(
            lambda: annoncer(f"http://127.0.0.1:{serveur.port}/?token={token}")
        )
        try:
            serveur.start()
        finally:
            bureau.fermer()


def _reglages(vide: Path, token: str, port: int, navigateur: bool) -> Config:
    """Return the settings of the server: whatever may come from the environment is set too."""
    racine = vide / "racine"
    racine.mkdir()
    return Config(
        {
            "ServerApp": {
                "ip": "127.0.0.1",
                "port": port,
                "port_retries": 50,
                "allow_remote_access": False,
                "allow_unauthenticated_access": False,
                "allow_origin": "",
                "allow_root": True,  # in a container there is nobody else
                "answer_yes": True,  # one Ctrl+C ends it
                "base_url": "/",
                "default_url": "/",
                "contents_manager_class": SansFichiers,
                "cookie_secret": secrets.token_bytes(32),
                "custom_display_url": "",
                "disable_check_xsrf": False,
                "extra_services": ["ctglib.bureau.pages", "ctglib.bureau.commencer"],
                "extra_template_paths": [str(GABARITS)],
                "identity_provider_class": Identite,
                "jpserver_extensions": {},
                "log_level": "ERROR",
                "max_body_size": OCTETS_LUS,
                "open_browser": navigateur,
                "password": "",
                "root_dir": str(racine),
                "terminals_enabled": False,
                "use_redirect_file": True,
            },
            "IdentityProvider": {"token": token, "cookie_options": {"samesite": "Lax"}},
        }
    )
