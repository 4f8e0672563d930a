// What is being written is not left without a word.
const ecrit = document.querySelector("form.ecrire");
if (ecrit) {
  let change = false;
  ecrit.addEventListener("input", () => { change = true; });
  ecrit.addEventListener("submit", () => { change = false; });
  addEventListener("beforeunload", (evenement) => { if (change) evenement.preventDefault(); });
}
// A file that takes time to be written: the page says so once it is asked for.
for (const lien of document.querySelectorAll("[data-attente]")) {
  lien.addEventListener("click", () => {
    document.getElementById(lien.dataset.attente).textContent =
      "Les classeurs s’écrivent : le fichier va se télécharger, rien d’autre à faire.";
  });
}
// How far a production is: the page shows it without reloading, and reloads once it is over.
const suivi = document.querySelector("[data-flux]");
if (suivi) {
  const flux = new EventSource(suivi.dataset.flux);
  const ecrire = (id, texte) => { document.getElementById(id).textContent = texte; };
  flux.onmessage = (evenement) => {
    const dit = JSON.parse(evenement.data);
    if (!dit.en_cours) {
      flux.close();
      location.reload();
      return;
    }
    ecrire("faits", dit.faits);
    ecrire("total", dit.total || "…");
    ecrire("nom", dit.nom);
    const barre = document.getElementById("barre");
    if (dit.total) {
      barre.max = dit.total;
      barre.value = dit.faits;
    }
    const reste = dit.restantes;
    ecrire("reste", reste === null ? "" : `, encore ${Math.floor(reste / 60)}\u00a0min ${reste % 60}\u00a0s environ`);
  };
}
