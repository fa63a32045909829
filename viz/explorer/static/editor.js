// Puts YASGUI in the place of the plain form, with our endpoint only, our prefixes and the terms of the ontology.
"use strict";
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const plain = document.getElementById("plain");
  const text = document.getElementById("text");
  const ID = words.prefixes.id;
  const Yasqe = Yasgui.Yasqe;

  // Completions come from this page, and are not kept: another version of the package may have other terms.
  const complete = (from, name, terms) => Yasqe.forkAutocompleter(from, { name, get: terms, persistenceId: null });
  Yasqe.defaults.autocompleters = ["variables"];
  complete("prefixes", "known-prefixes", Object.entries(words.prefixes).map(([name, iri]) => `${name}: <${iri}>`));
  complete("class", "known-classes", words.classes);
  complete("property", "known-properties", words.properties);

  const gui = new Yasgui(document.getElementById("editor"), {
    persistenceId: "multilateral",
    copyEndpointOnNewTab: false,
    autofocus: false,
    tabName: document.documentElement.lang === "fr" ? "Requête" : "Query",
    // Links that YASGUI makes carry all in the part behind #; the parameters of our own addresses are not for it.
    populateFromUrl: /[#&]query=/.test(location.hash),
    requestConfig: { endpoint: new URL("/sparql", location.href).href, method: "POST" },
    endpointCatalogueOptions: { getData: () => [] },
    yasqe: { value: text.defaultValue, editorHeight: "22rem" },
    yasr: { prefixes: words.prefixes },
  });
  plain.hidden = true;
  if (text.dataset.given === "1") {
    const name = text.dataset.name || gui.createTabName();
    gui.addTab(true, { name, yasqe: { value: text.defaultValue } }, { avoidDuplicateTabs: true });
  }

  // Things of the graph have pages on this host; everywhere else their IRIs are plain links.
  document.getElementById("editor").addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && link.href.startsWith(ID)) link.href = `/id/${link.href.slice(ID.length)}`;
  }, true);
  // What scrolls sideways is reached by keyboard, and the text has a name.
  for (const area of document.querySelectorAll("#editor .CodeMirror textarea")) area.setAttribute("aria-label", document.querySelector("label[for=text]").textContent);
})();
