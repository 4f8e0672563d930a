"""What JupyterLab is told when ``ctg laboratoire`` starts it: nothing here needs the network."""

from ctglib.production.plan import PROJET

c = get_config()  # noqa: F821 - Jupyter's own name

c.ServerApp.root_dir = str(PROJET)
c.ServerApp.answer_yes = True  # one Ctrl+C ends it
c.ServerApp.allow_root = True  # in a container there is nobody else
c.LabApp.extension_manager = "readonly"  # else it lists what PyPI offers
c.ContentsManager.pre_save_hook = "ctglib.commandes.analyses.sans_sorties"
