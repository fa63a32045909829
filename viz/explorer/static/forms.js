// Comfort for the form of a question: short addresses, a link that opens the query, a button that copies it.
"use strict";
(() => {
  for (const form of document.querySelectorAll("form.ask")) {
    form.addEventListener("submit", () => {
      for (const field of form.elements) {
        if (field.name && (field.value.trim() === "" || field.value === field.dataset.default)) field.disabled = true;
      }
    });
    // Back in history the page may come as it was left: every field is to work again.
    window.addEventListener("pageshow", () => { for (const field of form.elements) field.disabled = false; });
  }
  for (const link of document.querySelectorAll("a[href='#sparql']")) {
    link.addEventListener("click", () => { document.getElementById("sparql").open = true; });
  }
  for (const button of document.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;  // only where the page is trusted: https or this machine
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = button.dataset.done;
    });
  }
})();
